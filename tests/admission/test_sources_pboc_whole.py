"""The whole credit report: every section and every field of the published list, in words."""

from xml.etree import ElementTree as ET

import pytest

from admission.sources.errors import Unreadable
from admission.sources.pboc import read_whole
from admission.sources.pboc.dictionary import CODED, DEPENDS_ON_KIND, NAMES, SECTIONS, TABLES
from sandbox.server import pboc
from tests.admission.conftest import AS_OF
from tests.admission.test_sources_pboc import ENTITY_BOMB, FILE_READER, person

_LISTED = """
PA01AI01 PA01AR01 PA01BQ01 PA01BD01 PA01BI01 PA01BI02 PA01BD02 PA01CS01 PA01ES01 PB01AD01
PB01AR01 PB01AD02 PB01AD03 PB01AD04 PB01AD05 PB01AQ01 PB01AQ02 PB01AQ03 PB01BS01 PB01BQ01
PB01BR01 PB020D01 PB020Q01 PB020D02 PB020I01 PB020Q02 PB020Q03 PB030D01 PB030Q01 PB030Q02
PB030R01 PB040D01 PB040Q01 PB040D02 PB040D03 PB040D04 PB040D05 PB040D06 PB040R01 PC010Q01
PC010Q02 PC010D01 PC02AD01 PC02AD02 PC02AS03 PC02AR01 PC02AS01 PC02BS01 PC02BJ01 PC02CS01
PC02CJ01 PC02DD01 PC02DS02 PC02DS03 PC02DJ01 PC02DS04 PC02ES01 PC02ES02 PC02EJ01 PC02EJ02
PC02EJ03 PC02F PC02G PC02HS01 PC02HS02 PC02HJ01 PC02HJ02 PC02HJ03 PC02HJ04 PC02HJ05 PC02I
PC02KD01 PC02KD02 PC02KS02 PC02KJ01 PC02KJ02 PC05AR01 PC05AD01 PC05AI01 PC05AQ01 PC05BS01
PC05BS02 PC05BS03 PC05BS04 PC05BS05 PC05BS06 PC05BS07 PC05BS08 PD01AI01 PD01AD01 PD01AD02
PD01AI02 PD01AI03 PD01AI04 PD01AD03 PD01AR01 PD01AD04 PD01AJ01 PD01AJ02 PD01AJ03 PD01AR02
PD01AD05 PD01AD06 PD01AS01 PD01AD07 PD01AD08 PD01AD09 PD01AD10 PD01BD01 PD01BR01 PD01BR04
PD01BJ01 PD01BR02 PD01BJ02 PD01BD03 PD01BD04 PD01BR03 PD01CR01 PD01CD01 PD01CJ01 PD01CJ02
PD01CD02 PD01CS01 PD01CJ04 PD01CJ05 PD01CS02 PD01CJ06 PD01CJ07 PD01CJ08 PD01CJ09 PD01CJ10
PD01CJ12 PD01CJ14 PD01DR01 PD01DR02 PD01DR03 PD01DD01 PD01ER01 PD01ER02 PD01ER03 PD01ED01
PD01EJ01 PD01F PD01G PD01H PD01Z PD02AI01 PD02AD02 PD02AJ01 PD02AR01 PD02AR02 PD02AJ04 PD02AJ03
PC03 PC04 PD03 PE01 PF01 PF02 PF03 PF04 PF05 PF06 PF07 PF08 PG01 PH010R01 PH010D01 PH010Q02
PH010Q03
"""
PUBLISHED = _LISTED.split()
"""The fields of the published list of the second generation, and its units without fields."""

UNITS = {
    "PRH": "PA01", "PIM": "PB01", "PMM": "PB02", "PRM": "PB03", "POM": "PB04", "PSM": "PC01",
    "PCO": "PC02", "PNO": "PC03", "PPO": "PC04", "PQO": "PC05", "PDA": "PD01", "PCA": "PD02",
    "PCR": "PD03", "PND": "PE01", "POT": "PF01", "PCJ": "PF02", "PCE": "PF03", "PAP": "PF04",
    "PHF": "PF05", "PBS": "PF06", "PPQ": "PF07", "PAH": "PF08", "POS": "PG01", "POQ": "PH01",
}  # fmt: skip


def everything():
    """A report in which every named element stands once, with a value of its kind."""
    root = ET.Element("Document")
    for section, unit in UNITS.items():
        at = ET.SubElement(ET.SubElement(root, section), unit)
        for tag in sorted(NAMES):
            if tag.startswith(unit) and len(tag) == 8:
                block = tag[:5]
                inside = at if block[-1] == "0" else _found(at, block)
                ET.SubElement(inside, tag).text = _sample(tag)
    return root


def _found(at, tag):
    found = at.find(tag)
    return ET.SubElement(at, tag) if found is None else found


def _sample(tag):
    if tag in CODED:
        table = CODED[tag]
        return "1" if table == DEPENDS_ON_KIND else next(iter(TABLES[table]))
    return {"J": "12345", "S": "7", "R": "2026-06-30"}.get(tag[5], f"甲{tag}")


def flat(groups):
    for group in groups:
        for block in group.blocks:
            yield from block.items
            yield from flat(block.groups)


def items(report):
    return [item for section in report.sections for item in flat(section.groups)]


@pytest.mark.parametrize("tag", PUBLISHED)
def test_every_published_field_has_a_name(tag):
    assert NAMES[tag]
    assert NAMES[tag] != tag


def test_every_section_is_read_and_no_value_is_lost():
    root = everything()

    report = read_whole(ET.tostring(root))

    assert [each.tag for each in report.sections] == list(SECTIONS)
    sent = sorted(each.tag for each in root.iter() if len(each) == 0)
    read = items(report)
    assert sorted(each.tag for each in read) == sent
    assert all(each.text and each.is_known for each in read)
    assert report.empty == []


def test_codes_are_words_and_amounts_have_their_thousands():
    report = read_whole(ET.tostring(everything()))
    told = {each.tag: each.text for each in items(report)}

    assert told["PB020D01"] == "未婚"
    assert told["PH010Q03"] == "贷后管理"
    assert told["PD01AJ01"] == "12,345"


def test_a_card_s_state_is_read_from_the_table_of_cards():
    raw = (
        b"<Document><PDA><PD01><PD01A><PD01AD01>R2</PD01AD01></PD01A>"
        b"<PD01B><PD01BD01>2</PD01BD01></PD01B></PD01><PD01><PD01A><PD01AD01>D1</PD01AD01></PD01A>"
        b"<PD01B><PD01BD01>2</PD01BD01></PD01B></PD01></PDA></Document>"
    )

    told = [each.text for each in items(read_whole(raw)) if each.tag == "PD01BD01"]

    assert told == ["冻结", "逾期"]


def test_what_is_in_no_dictionary_is_shown_as_it_came():
    raw = (
        "<Document><POQ><PH01><PH010Q03>77</PH010Q03><PH010X99>新</PH010X99></PH01></POQ>"
        "<PZZ><PZ01><A>1</A></PZ01></PZZ></Document>"
    )

    report = read_whole(raw.encode())

    assert [(each.text, each.is_known) for each in items(report)] == [
        ("77", False), ("新", False), ("1", False)
    ]  # fmt: skip
    assert report.sections[-1].zh == "PZZ"


@pytest.mark.parametrize("raw", [ENTITY_BOMB, FILE_READER, b"", b"<Document><PRH>", b"<html/>"])
def test_hostile_and_cut_off_reports_are_refused(raw):
    with pytest.raises(Unreadable):
        read_whole(raw)


def test_the_sandbox_s_report_is_understood_to_its_last_element():
    about = person(
        pb_loan_bal=20_000, pb_card_limit=20_000, pb_card_util_6m=0.5, pb_card_status="正常",
        pb_lender_open=3,
        pb_guar_bal=90_000, gov_suit_def_24m=2, gov_exec_open_amt=40_000, tax_owe_flag=True,
        pf_scope="city", pf_status="正常", pf_cont_months=30, pf_base=6_000, pf_rate=0.08,
        gov_dibao=True, phone_online_months=20, gov_marital="已婚",
    )  # fmt: skip
    raw = pboc.report(about, about["id_number"], about["name"], "02", AS_OF, doubled=False)

    report = read_whole(raw)

    assert [each.tag for each in items(report) if not each.is_known] == []
    assert {each.tag for each in report.sections} >= {
        "PRM", "PNO", "PPO", "PND", "PCA", "PCR", "PCJ", "PCE", "POT", "PHF", "PBS",
    }  # fmt: skip
    strips = [
        inner
        for section in report.sections
        for group in section.groups
        for block in group.blocks
        for part in block.groups
        for piece in part.blocks
        for inner in piece.groups
        if inner.is_strip
    ]
    assert max(len(each.blocks) for each in strips) == 24
