"""What wants to be more than text: a corpus of short ones, for every place of a page.

Each is at most 35 characters long, so that it fits into a payee or a memo as the maps allow
them. What runs sets ``pwned``; what loads goes to a port of this machine where nobody is.
"""

from __future__ import annotations

_IN_TEXT = (
    "<script>pwned=1</script>",
    "<ScRiPt>pwned=1</sCrIpT>",
    "<script src=//127.0.0.1:1></script>",
    "</td><script>pwned=1</script>",
    "</title><script>pwned=1</script>",
    "</textarea><svg onload=pwned=1>",
    "</script><svg onload=pwned=1>",
    "</style><svg onload=pwned=1>",
    "--><svg onload=pwned=1>",
    "<!--><svg onload=pwned=1>-->",
    "<![CDATA[<svg onload=pwned=1>]]>",
    "<svg onload=pwned=1>",
    "<svg/onload=pwned=1>",
    "<svg><script>pwned=1</script>",
    "<svg><animate onbegin=pwned=1>",
    "<svg><a href=javascript:pwned=1>x",
    "<math><mtext><svg onload=pwned=1>",
    "<img src=x onerror=pwned=1>",
    "<img src=//127.0.0.1:1/x>",
    "<audio src=x onerror=pwned=1>",
    "<body onload=pwned=1>",
    "<iframe onload=pwned=1>",
    "<iframe src=javascript:top.pwned=1>",
    "<embed src=javascript:pwned=1>",
    "<object data=javascript:pwned=1>",
    "<a href=javascript:pwned=1>x</a>",
    "<details open ontoggle=pwned=1>",
    "<input autofocus onfocus=pwned=1>",
    "<select autofocus onfocus=pwned=1>",
    "<form action=//127.0.0.1:1><button>",
    "<base href=//127.0.0.1:1>",
    "<meta http-equiv=refresh content=0>",
    "<form id=main name=body>",
    "<marquee onstart=pwned=1>x",
    "<p onpointerover=pwned=1>x",
    "<img srcset=x onerror=pwned=1>",
    "<video><source onerror=pwned=1>",
)
_IN_ATTRIBUTES = (
    '"><svg onload=pwned=1>',
    "'><svg onload=pwned=1>",
    '" autofocus onfocus=pwned=1 x="',
    "' autofocus onfocus=pwned=1 x='",
    '" onmouseover=pwned=1 x="',
    "x onerror=pwned=1",
    "javascript:pwned=1",
    "jAvAsCrIpT:pwned=1//",
    "data:text/html,<svg onload=pwned=1>",
)
_IN_SCRIPTS_STYLES_AND_TEMPLATES = (
    "';pwned=1//",
    '";pwned=1//',
    "\\';pwned=1//",
    "`${pwned=1}`",
    "{{ 7*7 }}",
    "{% raise %}",
    "{{ config.items() }}",
    "{{constructor.constructor('x')()}}",
    "${7*7}#{7*7}<%= 7*7 %>",
    "<style>@import'//127.0.0.1:1'",
    "<link rel=stylesheet href=//0:1/x>",
    "};body{background:url(//0:1/x)}",
    "x:expression(pwned=1)",
)
_ENCODED = (
    "&lt;svg onload=pwned=1&gt;",
    "&#60;svg onload=pwned=1&#62;",
    "%3Csvg%20onload=pwned=1%3E",
    "\\u003csvg onload=pwned=1\\u003e",
    "\\x3csvg onload=pwned=1\\x3e",
    "+ADw-svg onload=pwned=1+AD4-",
)
_INVISIBLE = (
    "\u202e<svg onload=pwned=1>",
    "\u2066gnp.exe<b>\u2069",
    "<svg\u200bonload=pwned=1>",
    "\uff1csvg onload=pwned=1\uff1e",
)
PAYLOADS = (*_IN_TEXT, *_IN_ATTRIBUTES, *_IN_SCRIPTS_STYLES_AND_TEMPLATES, *_ENCODED, *_INVISIBLE)
#: A PDF's own fonts have no others.
PRINTABLE = tuple(each for each in PAYLOADS if each.isascii())
#: No file can be called otherwise.
FILE_NAMES = tuple(each for each in PAYLOADS if "/" not in each)
#: No sheet can be called otherwise: such a workbook is refused as broken, and never named.
SHEET_NAMES = tuple(each for each in PAYLOADS if not set(each) & set("/\\?*:[]"))
