"""Why a row of a roster file was refused, as a sentence that says what to do."""

from django.utils.translation import gettext_lazy as _

from village.roster.reading import FileNotReadable, HeadingsNotFound

SENTENCES = {
    "stray_quote": _("A quotation mark stands where none belongs; take it out or close it"),
    "extra_cells": _("The row has %(detail)s cells more than there are headings"),
    "short_row": _("The row ends %(detail)s cells too early; fill it up, or was the file cut off?"),
    "no_text": _(
        "A character that is no text stood here and was left out; see that the row is right"
    ),
    "no_value": _("The spreadsheet could not work this cell out; write what belongs here"),
    "missing": _("This field is required"),
    "id_form": _("The ID number needs 17 digits and a digit or X"),
    "id_check_digit": _("The check digit of the ID number is wrong (it should be %(detail)s)"),
    "id_no_such_day": _("The ID number names a day of birth that cannot be (%(detail)s)"),
    "no_such_day": _("There is no such day"),
    "born_differs": _("The day of birth differs from the ID number (%(detail)s)"),
    "sex_differs": _("The sex differs from the ID number"),
    "unknown_word": _("“%(detail)s” is not understood"),
    "number_form": _("A household number has letters or digits, and no backslash"),
    "too_long": _("At most %(detail)s characters"),
    "unknown_village": _("Village %(detail)s is not registered"),
    "unknown_group": _("Group “%(detail)s” is not registered in this village"),
    "mobile_form": _("A mobile number has 11 digits and begins with 13 to 19"),
    "repeats": _("Repeats line %(detail)s"),
    "id_twice": _("The same ID number stands on line %(detail)s with other content"),
    "household_twice": _("The same household number stands on line %(detail)s with other content"),
    "two_heads": _("The household has two heads, the other on line %(detail)s"),
    "no_head": _("The household has no head"),
    "registered_head": _(
        "Another head of this household is registered; add their row with their new role"
    ),
    "village_differs": _("The household's members stand in different villages"),
    "leaves_no_head": _("Household %(detail)s would lose its head; name a new one first"),
    "head_refused": _("The head of the household was refused (line %(detail)s)"),
    "overtaken": _("What is registered is true on %(detail)s, later than this file"),
    "unknown_household": _("Household %(detail)s is not registered"),
    "no_number": _("“%(detail)s” is not a number"),
    "negative": _("%(detail)s is less than nothing"),
    "too_large": _("%(detail)s is too large; is the unit right?"),
    "number_corrected": _(
        "This ID number was wrong and was corrected here; write the right one from the card"
    ),
    "not_yours": _("This is registered with another branch; the head office has to bring it in"),
    "unknown_person": _("Nobody with this ID number is registered"),
    "same_person": _("Both ID numbers are the same"),
    "code_form": _("“%(detail)s” is no code: letters, digits, - and _ alone"),
    "village_form": _("“%(detail)s” is no village's area code of twelve digits"),
    "unknown_branch": _("Branch “%(detail)s” is not known"),
    "unknown_town": _("Town “%(detail)s” is not known"),
    "keeps_its_place": _(
        "A branch keeps its place in the tree; this one stands under “%(detail)s”"
    ),
    "too_deep": _("The tree of branches is too deep here"),
    "other_village": _("This group is registered in village %(detail)s"),
    "walks_no_village": _("Only customer managers are given villages"),
    "given_twice": _("One of these villages is given on line %(detail)s already"),
    "own_role": _("Nobody changes their own role or branch"),
    "no_place": _("%(detail)s is no place in China, in degrees"),
    "half_place": _("Longitude and latitude belong together"),
    "same_household": _("Both belong to the same household; relations tie households"),
    "spouse_died": _("This person has died"),
    "spouse_too_young": _("This person is not of age"),
    "married": _("This person is registered as married to somebody else; end that first"),
    "marries_twice": _("The same person marries on line %(detail)s"),
}


UNREADABLE = {
    "empty": _("it is empty."),
    "encoding": _("its characters are neither UTF-8 nor GB18030. Save it as “CSV UTF-8”."),
    "open_quote": _("a quotation mark in its first lines is not closed. Take it out."),
    "spreadsheet": _(
        "it does not open as a spreadsheet. Take its password off, or save it as .xlsx anew."
    ),
    "sheets": _(
        "several of its sheets hold a table. Save each as a file of its own, or put all under one "
        "line of headings."
    ),
    "table": _("it is no table of rows and columns. Save it as “CSV UTF-8” or .xlsx anew."),
}


def of_file(name: str, fault: FileNotReadable) -> str:
    """Why a file as a whole is refused, in the reader's language."""
    if isinstance(fault, HeadingsNotFound):
        said = _("%(file)s has no line of headings we know. Needed are: %(columns)s.")
        return str(said) % {"file": name, "columns": fault.needed}
    said = _("%(file)s cannot be read: %(reason)s")
    return str(said) % {"file": name, "reason": UNREADABLE[fault.code]}


def sentence(code: str, detail: str) -> str:
    """The reason in the reader's language."""
    return str(SENTENCES[code]) % {"detail": detail}
