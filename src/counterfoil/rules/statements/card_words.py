"""Words that only the statement of a card has: its trade, its bill, its number."""

from __future__ import annotations

import re

from counterfoil.rules.statements.folding import folded

SIGNS_FROM = 3  # so many different words of the trade make it a card's statement
CAPTIONS_FROM = 2  # of a card's numbers and days, on one line

_TRADE = (
    r"credit card", r"minimum (?:payment|amount|due)", r"payment due", r"credit limit",
    r"amount due", r"cash advance", r"card ?member", r"(?:new|previous) balance",
    r"kreditkarte", r"carte de credit", r"tarjeta de credito", r"cartao de credito",
    r"total minimum due", r"available credit", r"annual percentage rate", r"late payment",
    r"statement balance", r"payment ?-? ?thank you", r"standard purchases", r"fees charged",
)  # fmt: skip
#: A payment that is due, and how much at least or how much may be owed: together they make it
#: a card's statement.
_BILL = (
    re.compile(
        r"payment due|due date|pay by|vencim(?:ento|iento)|(?:ultimo dia|fecha limite) de pago|"
        r"date limite|echeance|fallig|zahlbar bis|scadenza|vervaldatum|son odeme|"
        r"termin (?:splaty|platnosci)|forfall|erapaiva|支払日|还款日|還款日|결제일|"
        r"pagar (?:hasta|antes)|(?:payer|paiement) (?:avant|(?:minimum )?du) le|betalas senast|"
        r"betaal(?:datum| voor)|zaplatit do|splatnost|fizetesi hatarido|data (?:di )?scadenta?"
    ),
    re.compile(
        r"minimum (?:payment|amount|due)|credit limit|pago minimo|pagamento minimo|"
        r"l(?:imite|inea) d[ei] credito|limite total|paiement minimum|mindest(?:betrag|zahlung)|"
        r"kredit(?:limit|rahmen)|minimumbedrag|asgari odeme|kwota minimalna|minsta belopp|"
        r"minimumsbelop|最低应还|最低應繳|信用额度|信用額度|利用可能枠|최소결제|"
        r"(?:monto|importe) minimo|limite de credit|minste belop|minimalni splatka|"
        r"minimalna splata|splata minimalna|minimalis fizetendo|minimum te betalen|suma minima|"
        r"vahimmais\w*|kredittgrense|luottoraja"
    ),
)

_ACCOUNT = re.compile(r"(?<!\w)(?:checking|chequing|savings?|withdrawals?|deposits)(?!\w)")
#: A card, called one, and its number with most of the digits masked, or only the last of them.
_NUMBER = re.compile(
    r"(?:(?<!\w)(?:cards?|visa|mastercard|amex|\w*kart[eay]?n?(?:nummer)?|carte|tarjeta|cartao|"
    r"carta|kort|kortet|kortnummer|kaartnummer)(?!\w)|カート|信用卡|卡号|卡號|카드|"
    r"πιστωτικ\w* καρτ\w*|кредитн\w* карт\w*)"
    r"(?:(?: ?\D{0,20}(?<![x*•.]))?[ :#]*\d{0,4}[\d *x•.-]{0,14}(?:[*x•.]{2,}[ -]?)+|"
    r" (?:final|terminad[ao] en|ending(?: in| with)?|endend auf|terminant par|che termina con|"
    r"konczac[ay] sie|konciaca|koncici|na eindigend op|som slutar pa) )\d{3,4}(?!\d)|"
    r"(?<![\w*])(?=[\d -]{0,9}[x*•]{2})(?:[\dx*•]{4}[ -]){3}\d{4}(?![\w*])"
)
#: What a card's statement prints over single numbers and days: no column is headed so.
_CAPTION = re.compile(
    r"(?<!\w)(?:(?:credit|cash|spending) limit|due date|"
    r"min(?:imum|\.)? (?:amount|payment|due)|limite de credit\w*|"
    r"(?:credit |debit )?card n(?:umber|o)\.?)(?!\w)"
)


def is_of_the_trade(text: str) -> bool:
    """Whether *text*, folded, has words of a card's trade enough."""
    return sum(re.search(words, text) is not None for words in _TRADE) >= SIGNS_FROM


def is_billed(text: str) -> bool:
    """Whether *text*, folded, says when to pay and how much at least, and of no money kept."""
    return all(words.search(text) for words in _BILL) and not _ACCOUNT.search(text)


def may_be_bill(text: str) -> bool:
    """Whether *text*, folded, says one of both, as a card's statement does and no other."""
    return any(words.search(text) for words in _BILL)


def names_card(text: str) -> bool:
    """Whether *text*, folded, has a card's number: ``Carte 5500 88** **** 4477``."""
    return _NUMBER.search(text) is not None


def of_a_card(text: str) -> bool:
    """Whether *text*, folded, is a caption of a card: of a limit, a minimum, the day it is due."""
    return _CAPTION.search(text) is not None


def captions_a_card(text: str) -> bool:
    """Whether *text*, a line, stands over a card's days and numbers: no entry is below it."""
    return len(_CAPTION.findall(folded(text))) >= CAPTIONS_FROM
