"""Thresholds are told by what is held against them, in the unit of that."""

import pytest
from django.urls import reverse

from admission import services
from admission.contexts import DecisionPage, thresholds
from admission.contexts_rules import DiffPage, TryPage
from admission.models import Rule
from admission.reference.texts import first_rules
from admission.services import tag_sets
from admission.threshold_words import HOLE, in_words
from core.roles import Role
from tests import make
from tests.admission.heard import heard


def told(expression, **params):
    return [
        f"{each.label} {each.value} {each.unit}".strip() for each in in_words(expression, params)
    ]


@pytest.mark.parametrize(
    ("expression", "params", "says"),
    [
        ("phone_online_months < m", {"m": 6}, "手机号在网月数 ＜ 6 months"),
        ("m > phone_online_months", {"m": 6}, "手机号在网月数 ＜ 6 months"),
        ("low <= pb_q_hard_6m", {"low": 6}, "近6月硬查询次数 ≥ 6 times"),
        ("gov_exec_open_amt > most", {"most": 500000}, "未结被执行金额 ＞ 500,000 yuan"),
        ("pb_card_util_6m > u", {"u": 0.9}, "贷记卡近6月平均使用率 ＞ 90.0%"),
        ("pb_pay_6m / new_instalment > d", {"d": 0.5}, "近6月平均月还款 ÷ 新增月还款 ＞ 50.0%"),
        ("pb_guar_bal > r * hv_net_asset", {"r": 0.5}, "对外担保余额 ＞ 50.0% × 家庭净资产"),
        ("pb_guar_bal > r * hv_net_asset", {"r": 2}, "对外担保余额 ＞ 2 × 家庭净资产"),
        ("age + m > 60", {"m": 20}, "年龄 + 20 ＞ 60"),
        ("pb_pay_6m / new_instalment > d or pb_pay_6m > d * loan_bal", {"d": 0.5},
         "近6月平均月还款 ÷ 新增月还款 ＞ 50.0%；近6月平均月还款 ＞ 50.0% × 本行贷款余额"),
        ("max(ss_cont_months, pf_cont_months) < m", {"m": 12},
         "较大者（社保连续缴存月数、公积金连续缴存月数） ＜ 12 months"),
        ("gov_gov_risk in types", {"types": ["甲", "乙"]}, "政务严重失信名单 属于 甲、乙"),
        ("(pb_cur_od_amt if every else pb_cur_od_cnt) > 1", {"every": False},
         "按当前逾期总额计，不按当前逾期账户数 否"),
        ("age > m if product_is_mortgage else loan_bal > 1", {"m": 70},
         "抵押类产品：年龄 ＞ 70 years"),
        ("loan_bal > 1 if product_is_mortgage else age > m", {"m": 65},
         "非抵押类产品：年龄 ＞ 65 years"),
        ("age > 1", {"unused": 3}, "unused 3"),
        ("age >", {"n": 3}, "n 3"),
    ],
)  # fmt: skip
def test_a_threshold_is_told_by_what_is_held_against_it(expression, params, says):
    (said,) = told(expression, **params)

    assert said.replace(" word", "") == says


def test_every_threshold_of_the_38_rules_speaks_chinese():
    rules = [each for each in (rule for rule, *_ in first_rules()) if each.params]

    assert len(rules) > 20
    for each in rules:
        for name, figure in zip(each.params, thresholds(each.expression, each.params), strict=True):
            assert name not in figure.label.split(), (each.code, figure)
            assert figure.label[0] > "\u4e00" or figure.label[0] == "（", (each.code, figure)
            assert HOLE not in figure.label, (each.code, figure)


@pytest.mark.django_db
class TestWhereTheyAreShown:
    def test_on_the_page_of_a_decision(self, client, rules):
        decision = heard(phone_online_months=3, pb_od_months_24=7)
        client.force_login(make.staff(Role.RISK_OFFICER))

        hits = {each.code: each.thresholds for each in DecisionPage.build(decision).hits}
        page = client.get(reverse("admin:admission_decision_change", args=[decision.pk]))

        (months,) = hits["L04"]
        assert (months.label, months.value, str(months.unit)) == ("手机号在网月数 ＜", "6", "个月")
        assert "手机号在网月数 ＜ 6 个月" in page.content.decode()
        assert "all_accounts" not in page.content.decode()

    def test_on_an_applicant_tried_and_beside_another_version(self, rules):
        decision = heard(phone_online_months=3)
        tried = TryPage.build(rules, decision.inputs, decision)
        (line,) = [each for each in tried.lines if each.code == "L04"]
        assert [each.label for each in line.thresholds] == ["手机号在网月数 ＜"]

        draft = services.revise(rules.pk, actor=make.staff(Role.RISK_OFFICER))
        Rule.objects.filter(rule_set=draft, code="L04").update(params={"m": 12})
        (change,) = DiffPage.build(rules, draft).changes

        (part,) = change.parts
        assert part.before == "m: 手机号在网月数 ＜ 6 个月"
        assert part.after == "m: 手机号在网月数 ＜ 12 个月"

    def test_on_the_page_of_a_version(self, client, rules):
        client.force_login(make.staff(Role.RISK_OFFICER))

        page = client.get(reverse("admin:admission_ruleset_change", args=[rules.pk]))

        assert "m: 手机号在网月数 ＜ 6 个月" in page.content.decode()

    def test_on_the_page_of_the_tags(self, client):
        draft = tag_sets.draft_tag_set(make.staff(Role.RISK_OFFICER))
        client.force_login(make.staff(Role.RISK_OFFICER))

        page = client.get(reverse("admin:admission_tagset_change", args=[draft.pk]))

        assert page.status_code == 200
        assert "{&#x27;deposit_margin" not in page.content.decode()
        assert "deposit_margin 0.009" in page.content.decode()
