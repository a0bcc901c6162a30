"""Statements of cards in other languages, and of two cards on one paper."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

import pytest

from counterfoil.domain.statements import StatementReading
from tests.test_statement_cards import CARD, CARD_BOX, bought
from tests.test_statement_summaries import Cells, box, codes, reading


class Words(NamedTuple):
    """What a card's statement says in one language."""

    due: str
    least: str
    ends: tuple[str, str]
    heading: tuple[str, str, str]


ABROAD = {
    "pt": Words(
        "Vencimento", "Pagamento mínimo", ("Fatura anterior", "Total desta fatura"),
        ("Data", "Estabelecimento", "Valor R$"),
    ),
    "es": Words(
        "Fecha límite de pago", "Pago mínimo", ("Deuda anterior", "Deuda total del período"),
        ("Fecha", "Comercio", "Importe"),
    ),
    "fr": Words(
        "Date limite", "Paiement minimum", ("Montant précédent", "Montant total dû"),
        ("Date", "Commerçant", "Montant"),
    ),
    "de": Words(
        "Fällig am", "Mindestbetrag", ("Letzter Rechnungsbetrag", "Neuer Rechnungsbetrag"),
        ("Datum", "Händler", "Betrag"),
    ),
    "it": Words(
        "Scadenza", "Linea di credito", ("Estratto conto precedente", "Totale da pagare"),
        ("Data", "Esercente", "Importo"),
    ),
    "tr": Words(
        "Son ödeme tarihi", "Asgari ödeme", ("Önceki dönem borcu", "Dönem borcu"),
        ("Tarih", "Detay", "Tutar"),
    ),
}  # fmt: skip
BOUGHT = [
    ("02/03/2025", "Loja Exemplo", "59,99"),
    ("05/03/2025", "Garagem", "12,00"),
    ("07/03/2025", "Obrigado", "-300,00"),
    ("11/03/2025", "Bistro Exemplo", "64,18"),
    ("23/03/2025", "Ferragens", "58,76"),
]


def card(
    words: Words, *, due: str | None = None, least: str | None = None, closing: str = "194,93"
) -> StatementReading:
    """The statement of a card; *due* and *least* instead of the words for a payment."""
    head: list[Cells] = [
        [("Mint Leaf", 4_000)],
        [("4711-0815", 4_000)],
        [(f"{words.due if due is None else due} 10/04/2025", 4_000)],
    ]
    ends = [
        (words.least if least is None else least, "50,00"),
        (words.ends[0], "300,00"),
        (words.ends[1], closing),
    ]
    return reading(head, box(ends), entered(words.heading, BOUGHT))


def entered(heading: Sequence[str], rows: Sequence[tuple[str, str, str]]) -> list[Cells]:
    places = (4_000, 12_000, -42_000)
    return [[*zip(cells, places, strict=True)] for cells in (heading, *rows)]


@pytest.mark.parametrize("land", ABROAD)
def test_a_payment_that_is_due_and_how_much_at_least_make_it_a_card(land: str) -> None:
    found = card(ABROAD[land])
    assert not found.unproved()
    (proved,) = found.proved()
    assert proved.statement.opening == Decimal(-300)
    assert proved.statement.opening_printed
    assert proved.statement.closing_printed
    assert [int(each.amount) for each in proved.statement.transactions] == [-59, -12, 300, -64, -58]


@pytest.mark.parametrize("land", sorted(set(ABROAD) - {"es"}))
def test_one_of_them_alone_does_not(land: str) -> None:
    assert codes(card(ABROAD[land], least="Valor")) == {"polarity"}
    assert not card(ABROAD[land], due="Data").proved()


def test_ends_that_are_called_a_debt_need_neither() -> None:
    (proved,) = card(ABROAD["es"], least="Valor", due="Data").proved()
    assert proved.statement.opening == Decimal(-300)


@pytest.mark.parametrize("land", ABROAD)
def test_its_ends_have_to_hold(land: str) -> None:
    assert codes(card(ABROAD[land], closing="194,39")) == {"does_not_add_up"}


def kept(words: Words, *, account: str) -> StatementReading:
    """An account with money in it; a bill's words stand on its statement too."""
    head: list[Cells] = [
        [(account, 4_000)],
        [("4711-0815", 4_000)],
        [(f"{words.due} 10/04/2025", 4_000)],
    ]
    ends = [(words.least, "50,00"), (words.ends[0], "300,00"), (words.ends[1], "405,07")]
    rows = [*BOUGHT[:2], ("07/03/2025", "Obrigado", "300,00"), *BOUGHT[3:]]
    signed = [
        (day, text, amount if text == "Obrigado" else f"-{amount}") for day, text, amount in rows
    ]
    return reading(head, box(ends), entered(words.heading, signed))


@pytest.mark.parametrize("account", ["Conta corrente", "Mint Leaf"])
def test_where_most_entries_are_taken_off_nothing_tells_that_it_is_a_card(account: str) -> None:
    assert codes(kept(ABROAD["pt"], account=account)) == {"polarity"}


#: (day, words, amount) of entries of which only the words say which way they went.
BACK = [(f"{day:02}/03/2025", "Estorno de compra", "10,00") for day in range(2, 6)]


def checked(*rows: tuple[str, str, str], closing: str) -> StatementReading:
    head: list[Cells] = [[("Conta corrente 4711-0815", 4_000)]]
    ends = box([("Saldo anterior", "100,00"), ("Saldo atual", closing)])
    return reading(head, ends, entered(("Data", "Descrição", "Valor"), rows))


def test_a_purchase_taken_back_is_money_that_came() -> None:
    (proved,) = checked(*BACK, closing="140,00").proved()
    assert {each.amount for each in proved.statement.transactions} == {Decimal(10)}


def test_four_purchases_that_came_are_none() -> None:
    rows = [(day, text.removeprefix("Estorno de "), amount) for day, text, amount in BACK]
    assert codes(checked(*rows, closing="140,00")) == {"polarity"}
    taken = [(day, text, f"-{amount}") for day, text, amount in rows]
    assert not checked(*taken, closing="60,00").unproved()


def saving(title: str) -> StatementReading:
    """A card in dollars, with *title* right above its entries."""
    due: list[Cells] = [
        [("Credit limit 4,500.00", 4_000)],
        [("Minimum payment 25.00", 4_000)],
        [("Payment due date 04/20/2025", 4_000)],
        [("Previous balance and new balance", 4_000)],
    ]
    ends = box([CARD_BOX[0], CARD_BOX[3]])
    return reading(CARD, ends, due, [[(title, 4_000)]], bought())


def test_what_paying_more_would_save_is_no_savings_account() -> None:
    (proved,) = saving("36 months (Savings = $1,322)").proved()
    assert proved.statement.opening == Decimal(-300)


@pytest.mark.parametrize("title", ["36 months Savings", "Savings account 322"])
def test_else_a_title_of_savings_is_of_one(title: str) -> None:
    assert codes(saving(title)) == {"polarity"}


def both(title: str, *, more: str = "Obrigado por usar") -> StatementReading:
    """Two cards of one holder: purchases at home, and abroad below *title*."""
    head: list[Cells] = [
        [("Mint Leaf 4711-0815", 4_000)],
        [("Vencimento 10/04/2025", 4_000)],
        [("Pagamento mínimo", 4_000), ("50,00", -30_000)],
        [(more, 4_000)],
    ]
    heading = ("Data", "Estabelecimento", "Valor")
    words = ABROAD["pt"].ends
    abroad = [("04/03/2025", "Book Shop", "25,00"), ("09/03/2025", "Thank you", "-5,00")]
    return reading(
        head,
        [[("Compras nacionais (R$)", 4_000)]],
        box([(words[0], "300,00"), (words[1], "194,93")]),
        entered(heading, BOUGHT),
        [[(title, 4_000)]],
        box([(words[0], "40,00"), (words[1], "60,00")]),
        entered(heading, abroad),
    )


def test_each_of_two_cards_is_in_the_currency_of_its_title() -> None:
    found = both("Lançamentos internacionais (US$)")
    assert not found.unproved()
    first, second = found.proved()
    assert [each.statement.currency for each in (first, second)] == ["BRL", "USD"]
    assert (second.statement.opening, second.statement.closing) == (Decimal(-40), Decimal(-60))
    assert not any("USD" in each for each in second.proof.shortfalls)


def test_without_one_it_is_not_surely_in_that_of_the_other() -> None:
    _, second = both("Lançamentos internacionais").proved()
    assert second.statement.currency == "BRL"
    assert "BRL is printed in the small print only" in second.proof.shortfalls


def test_two_cards_are_money_owed_but_not_beside_words_of_an_account() -> None:
    title = "Lançamentos internacionais (US$)"
    assert len(both(title).proved()) == 2
    found = both(title, more="Conta corrente 0815").unproved()
    assert [each.code for each in found] == ["polarity", "polarity"]


def lettered(title: str, *, more: str = "Relevé") -> StatementReading:
    """CR on what takes from the balance; nothing says that anything is due."""
    head: list[Cells] = [[("Caisse Exemple", 4_000)], [(title, 4_000)], [(more, 4_000)]]
    ends = box([("Solde précédent", "300,00"), ("Nouveau solde", "194,93")])
    rows = [(day, text, f"{amount.lstrip('-')} CR" if "-" in amount else amount)
            for day, text, amount in BOUGHT]  # fmt: skip
    return reading(head, ends, entered(("Date", "Description", "Montant"), rows))


@pytest.mark.parametrize(
    "title", ["Carte 5500 88** **** 4477", "Carte Visa : xxxx xxxx xxxx 4477", "Carte ****4477"]
)
def test_what_a_bank_credits_and_takes_from_a_cards_balance_is_owed(title: str) -> None:
    (proved,) = lettered(title).proved()
    assert proved.statement.opening == Decimal(-300)
    assert [int(each.amount) for each in proved.statement.transactions] == [-59, -12, 300, -64, -58]


@pytest.mark.parametrize(
    ("title", "more"),
    [("5500-8844", "Relevé"), ("Carte de fidélité", "Relevé"),
     ("Carte 5500 88** **** 4477", "Compte courant")],
)  # fmt: skip
def test_without_a_card_and_its_number_or_beside_a_kept_account_nothing_tells(
    title: str, more: str
) -> None:
    assert codes(lettered(title, more=more)) == {"polarity"}


def test_a_swedish_refund_is_money_that_came() -> None:
    rows = [(day, "Återbetalning kortköp", amount) for day, _, amount in BACK]
    (proved,) = checked(*rows, closing="140,00").proved()
    assert {each.amount for each in proved.statement.transactions} == {Decimal(10)}
