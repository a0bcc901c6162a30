"""Names of the days of the week, as they stand beside dates: "woensdag 18 december 2024"."""

from __future__ import annotations

from counterfoil.rules.statements.folding import folded

_NAMES = """
    monday tuesday wednesday thursday friday saturday sunday mon tue tues wed thu thur thurs fri
    sat sun montag dienstag mittwoch donnerstag freitag samstag sonnabend sonntag mo di mi do fr
    sa so lun mar mer mie jeu jue ven vie sam sab dim dom maandag dinsdag woensdag donderdag
    vrijdag zaterdag zondag lundi mardi mercredi jeudi vendredi samedi dimanche lunes martes
    miercoles jueves viernes sabado domingo segunda terca quarta quinta sexta segunda-feira
    terca-feira quarta-feira quinta-feira sexta-feira lunedi martedi mercoledi giovedi venerdi
    domenica mandag tirsdag onsdag torsdag fredag lordag sondag tisdag maanantai tiistai
    keskiviikko torstai perjantai lauantai sunnuntai poniedzialek wtorek sroda czwartek piatek
    sobota niedziela pondeli utery streda ctvrtek patek nedele pondelok utorok stvrtok piatok
    nedela hetfo kedd szerda csutortok pentek szombat vasarnap luni marti miercuri joi vineri
    sambata duminica pazartesi sali carsamba persembe cuma cumartesi pazar понедельник вторник
    среда четверг пятница суббота воскресенье понеділок вівторок середа четвер пятниця субота
    неділя δευτερα τριτη τεταρτη πεμπτη παρασκευη σαββατο κυριακη senin selasa rabu kamis jumat
    sabtu minggu isnin khamis jumaat ahad
"""
_WEEKDAYS = frozenset(_NAMES.split())


def is_weekday(text: str) -> bool:
    """Whether *text* is the name of one, whole or in short, and nothing else."""
    if text[:1].isdigit():
        return False
    bare = folded(text).strip()
    return (bare[:-1] if bare.endswith((".", ",")) else bare) in _WEEKDAYS
