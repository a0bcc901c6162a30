"""Signs, codes and names of currencies, and words of the lands that keep accounts in them."""

from __future__ import annotations

from counterfoil.domain.currencies import DECIMALS

#: Sign or abbreviation, in capitals -> ISO 4217.
SYMBOLS = {
    "€": "EUR", "£": "GBP", "₹": "INR", "₦": "NGN", "₱": "PHP", "₩": "KRW", "₺": "TRY",
    "₽": "RUB", "₪": "ILS", "฿": "THB", "₫": "VND", "₴": "UAH", "₡": "CRC", "₲": "PYG",
    "₵": "GHS", "₸": "KZT", "₾": "GEL", "֏": "AMD", "₼": "AZN", "៛": "KHR", "₭": "LAK",
    "৳": "BDT", "S/": "PEN", "B/.": "PAB", "R$": "BRL", "US$": "USD", "S$": "SGD", "HK$": "HKD",
    "NT$": "TWD", "NZ$": "NZD", "CA$": "CAD", "A$": "AUD", "AU$": "AUD",
    "MX$": "MXN", "J$": "JMD", "RP": "IDR", "RM": "MYR", "ZŁ": "PLN", "KČ": "CZK", "FT": "HUF",
    "円": "JPY", "원": "KRW", "บาท": "THB", "KSH": "KES",
    "TL": "TRY", "FR.": "CHF", "SFR.": "CHF",
}  # fmt: skip

#: Signs of letters that stand behind their number; before one they are part of a reference.
BEHIND = {"FT", "ZŁ", "KČ", "TL"}

#: Of ISO 4217, save those that are words when other words are in capitals too.
CODES = frozenset(DECIMALS) - {"ALL", "BAM", "CUP", "MOP", "SOS", "TOP"}

#: Names of currencies, folded.
NAMES = (
    ("EUR", r"\beuros?\b|\beur(?:ech|ach|oissa|odes|ot)\b|[歐欧]元|ευρω|евро|ユーロ|유로"),
    ("GBP", r"pounds? sterling|\b(?:in|your) sterling\b|\bsterling account|英[鎊镑]"),
    (
        "USD",
        r"us[ -]dollars?|u\.s\. dollars?|dollars? us\b|dolares(?! (?:canad|austral))|"
        r"do?l[lł]?ar\w* (?:usa|ameryk\w+)|американск\w* доллар\w*|доллар\w* сша|美[元金]",
    ),
    ("CAD", "canadian dollars?|dollars? canadiens?|加拿大元|加[元幣币]"),
    ("AUD", "australian dollars?|(?:澳大利[亞亚]|澳洲)元|澳[元幣币]"),
    ("NZD", "new zealand dollars?"),
    ("HKD", "hong kong dollars?|港[幣币]|港元"),
    ("SGD", "singapore dollars?|新加坡元|坡[幣币]"),
    ("CHF", "schweizer franken|francs? suisses?|swiss francs?|瑞士法郎"),
    ("JPY", "japanese yen|日[元圓圆]"),
    ("MOP", "澳[門门][元幣币]|patacas?"),
    ("TWD", "新[臺台][幣币]"),
    ("PEN", r"(?<!\w)soles(?!\w)"),
    ("RUB", "российский рубль"),
    ("CNY", r"人民[币幣]|(?<![\w.])rmb(?![\w.])|renminbi"),
    ("KRW", "korean won"),
    ("INR", "indian rupees?"),
    ("BDT", r"\btaka\b|\btk\.? ps\b"),
    ("MXN", r"\bm\.n\.|moneda nacional|pesos? mexicanos?"),
    ("CLP", "pesos? chilenos?"),
    ("COP", "pesos? colombianos?"),
    ("ARS", "pesos? argentinos?"),
    ("PHP", "philippine pesos?"),
    ("NGN", r"\bnaira\b"),
    ("GHS", r"\bcedis?\b"),
    ("KES", r"kenya shillings?|\bkshs?\b"),
    ("ZAR", r"\brands?\b"),
    ("BRL", r"\breais\b"),
    ("PLN", r"zlot(?:y|ych|e)\b"),
    ("CZK", "korun ceskych|cesk(?:a|ych) korun"),
    ("HUF", r"\bforint\w*"),
    ("AED", "(?:uae|emirati) dirhams?|درهم"),
    ("SAR", "saudi riyals?|ريال سعودي"),
    ("KWD", "kuwaiti dinars?|دينار كويتي"),
    ("MAD", "dirhams? marocains?"),
    ("EGP", "egyptian pounds?|جنيه"),
    ("BGN", r"(?<!\w)лев(?:а|ове)?(?!\w)"),
    ("UAH", r"гривн\w*"),
    ("KZT", "тенге"),
    ("CRC", r"\bcolones\b"),
    ("GTQ", r"\bquetzales\b"),
    ("HNL", r"\blempiras\b"),
    ("PYG", r"\bguaranies\b"),
    ("BOB", r"\bbolivianos\b"),
    ("DOP", "pesos? dominicanos?"),
    ("UYU", "pesos? uruguayos?"),
    ("TRY", "turk lirasi"),
    ("RUB", r"рубл(?:ь|и|ей|ях)|росс\. руб"),
    ("IDR", r"\brupiah\b"),
    ("MYR", "ringgit"),
    ("THB", r"\bbaht\b"),
    ("VND", r"viet ?nam(?:ese)? dong|\bvnd\b"),
    ("SEK", "svenska kronor"),
    ("NOK", "norske kroner"),
    ("DKK", "danske kroner"),
    ("ILS", r"new shekels?|\bnis\b|ש\"ח|שקל"),
)

#: Signs that several lands share: with the land's words they are evidence, alone they are none.
SHARED = {
    "$": "USD CAD AUD NZD SGD HKD TWD MXN CLP COP ARS UYU JMD",
    "¥": "JPY CNY",
    "￥": "JPY CNY",
    "KR": "SEK NOK DKK ISK",
    "KR.": "SEK NOK DKK ISK",
    "RS": "INR PKR LKR",
    "RS.": "INR PKR LKR",
    "元": "CNY TWD HKD MOP",
    "R": "ZAR",
    "DH": "AED MAD",
    "C$": "CAD NIO",
    "LEI": "RON MDL",
}

#: Words of a land whose banks keep accounts in one currency. They suggest.
PLACES = (
    (
        "USD",
        r"member fdic|\bfdic\b|routing number|national association|federal credit union|"
        r"insured by ncua|\bncua\b|united states|u\.s\. bank|\bbank\b[\w ]*, n\.a\.(?!\w)|"
        r"\bchecking\b|\bzelle\b",
    ),
    ("GBP", r"sort ?code|\bfscs\b|prudential regulation|united kingdom"),
    (
        "INR",
        r"\bifsc?\b|\bindia\b|bengaluru|mumbai|chennai|new delhi|kolkata|hyderabad|\brbi\b|"
        r"\bpune\b|\bneft\b|\bimps\b|\bupi\b",
    ),
    ("BDT", r"bangladesh|\bdhaka\b|chattogram|motijheel|\bbeftn\b"),
    ("PKR", "pakistan|karachi|lahore|islamabad"),
    ("LKR", "sri lanka|colombo"),
    ("NPR", r"\bnepal\b|kathmandu"),
    ("AUD", r"\bbsb\b|australia|\babn\b|\bafsl\b"),
    ("NZD", r"new zealand|\bnz\b|auckland|wellington"),
    ("KES", "kenya|nairobi|m-?pesa|safaricom"),
    ("NGN", "nigeria|lagos|abuja|ikeja"),
    ("GHS", "ghana|accra"),
    ("ZAR", "south africa|johannesburg|cape town|pretoria"),
    ("CAD", r"canada|ontario|quebec|toronto|\bcdic\b|\bsadc\b"),
    ("SGD", "singapore"),
    ("HKD", "hong kong|香港"),
    ("MOP", "澳[門门](?!元|[幣币])"),
    ("TWD", "[臺台][灣湾北中南]|新竹|高雄|民國"),
    ("JPY", "口座番号|支店|株式会社"),
    ("CNY", "中国|银行|账号|人民"),
    ("KRW", "계좌번호|은행|거래내역"),
    ("THB", "ธนาคาร|เลขที่บัญชี|thailand|bangkok"),
    ("VND", "viet ?nam|ngan hang|so tai khoan"),
    ("PHP", r"philippines|manila|makati|\bpdic\b"),
    ("IDR", "indonesia|jakarta|rekening koran"),
    ("MYR", r"malaysia|kuala lumpur|\bpidm\b|\bberhad\b|\bsdn\.? bhd\b|duitnow"),
    ("BND", "brunei"),
    ("AED", r"\bu\.?a\.?e\b|dubai|abu dhabi|sharjah"),
    ("SAR", "saudi|riyadh|jeddah"),
    ("EGP", "egypt|cairo|القاهرة"),
    ("MAD", r"\bmaroc\b|casablanca"),
    ("TZS", "tanzania|dar es salaam"),
    ("UGX", "uganda|kampala"),
    ("RWF", "rwanda|kigali"),
    ("ETB", "ethiopia|addis ababa"),
    ("NAD", "namibia|windhoek"),
    ("BWP", "botswana|gaborone"),
    ("ZMW", "zambia|lusaka"),
    ("MUR", "mauritius|port louis"),
    ("FJD", r"\bfiji\b|\bsuva\b"),
    ("PGK", "papua|port moresby"),
    ("TTD", "trinidad|port of spain"),
    ("JMD", "jamaica"),
    ("BBD", "barbados|bridgetown"),
    ("PEN", r"\bperu\b|\blima\b"),
    ("UYU", "uruguay|montevideo"),
    ("PYG", "paraguay|asuncion"),
    ("BOB", "bolivia"),
    ("CRC", "costa rica"),
    ("DOP", "dominicana|santo domingo"),
    ("GTQ", "guatemala"),
    ("UAH", "украін|україн|київ"),
    ("RUB", "москва|россия|российск"),
    ("KZT", "казахстан|алматы"),
    ("GEL", "tbilisi|საქართველო"),
    ("RSD", "srbija|beograd|србија|београд"),
    ("MKD", "makedonija|скопје|skopje"),
    ("ISK", "reykjavik"),
    ("ILS", r"\bisrael\b|tel aviv|ישראל"),
    ("CHF", "schweiz|suisse|svizzera|zurich"),
    ("BRL", r"\bbrasil\b|\bcpf\b|\bcnpj\b|agencia"),
    ("MXN", r"\bspei\b|\bclabe\b|\br\.?f\.?c\.?\b|mexico|\bipab\b"),
    ("ARS", r"\bcbu\b|argentina|\bcuit\b|\bcuil\b"),
    ("COP", "colombia|bogota|medellin|fogafin"),
    ("CLP", r"\bchile\b|\bcmf\b|cartola"),
    ("PLN", r"\bpolska\b|rachunek|wyciag"),
    ("CZK", "ceska|ceske|vypis z uctu|praha"),
    ("HUF", "magyar|budapest|szamlakivonat"),
    ("RON", "romania|bucuresti|extras de cont"),
    ("SEK", "sverige|bankgiro|stockholm|kontoutdrag"),
    ("DKK", "danmark|kontoudskrift|kobenhavn"),
    ("NOK", r"norge|kontoutskrift|\boslo\b"),
    ("TRY", "turkiye|hesap ekstresi|istanbul"),
    (
        "EUR",
        "sparkasse|girokonto|volksbank|rekeningafschrift|estratto conto|deutschland|"
        r"espana|italia|nederland|\bfrance\b|osterreich|ireland|suomi|portugal",
    ),
)

#: The United States' states and territories, as they stand before a ZIP code (USPS).
STATES = (
    "AL|AK|AZ|AR|CA|CO|CT|DE|DC|FL|GA|GU|HI|ID|IL|IN|IA|KS|KY|LA|ME|MD|MA|MI|MN|MS|MO|MT|NE|NV|"
    "NH|NJ|NM|NY|NC|ND|OH|OK|OR|PA|PR|RI|SC|SD|TN|TX|UT|VT|VA|VI|WA|WV|WI|WY"
)

#: Currency -> the lands whose IBANs speak for it.
IBAN_LANDS = {
    "EUR": "AT BE CY DE EE ES FI FR GR HR IE IT LT LU LV MT NL PT SI SK",
    "GBP": "GB",
    "CHF": "CH LI",
    "PLN": "PL",
    "CZK": "CZ",
    "HUF": "HU",
    "RON": "RO",
    "SEK": "SE",
    "DKK": "DK",
    "NOK": "NO",
    "TRY": "TR",
    "ILS": "IL",
    "SAR": "SA",
    "AED": "AE",
    "PKR": "PK",
    "BGN": "BG",
    "KWD": "KW",
    "QAR": "QA",
    "EGP": "EG",
}
