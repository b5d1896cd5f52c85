"""The pages of tags: the dictionary of what is measured."""

import re

import pytest
from django.urls import reverse

from admission.contexts_features import window
from admission.features import FEATURES
from admission.models import FeatureFigures
from admission.reference.feature_codes import CODES, FORMULAS, MEANINGS
from admission.services import measuring
from core import runs
from tests import make
from tests.admission.tagging import DAY, deposit
from village.models import Customer
from visits.models import Survey

pytestmark = pytest.mark.django_db


class TestDictionary:
    def test_all_features_stand_there_and_the_first_run_is_explained(self, client, officer):
        client.force_login(officer)

        page = client.get(reverse("admin:admission_featurefigures_changelist"))

        assert len(page.context["page"].lines) >= 146
        assert "首次" in page.content.decode()

    def test_a_search_and_a_source_narrow_it(self, client, officer):
        client.force_login(officer)

        page = client.get(
            reverse("admin:admission_featurefigures_changelist"),
            {"q": "日均", "source": "deposits"},
        )

        names = {each.feature.name for each in page.context["page"].lines}
        assert "dep_avg_12m" in names
        assert names <= {"dep_avg_1m", "dep_avg_3m", "dep_avg_12m", "dep_hh_avg_12m"}

    def test_a_run_says_how_many_know_it_and_the_next_how_far_it_moved(self, client, officer):
        for place in range(20):
            deposit(make.customer(), average_12m=100_000 * place)
        make.customer()
        self._measure()
        Customer.objects.first().deposits.model.objects.update(average_12m=99_000_000)
        self._measure()

        first, second = FeatureFigures.objects.filter(name="dep_avg_12m").order_by("run_id")

        assert (first.customers, first.known, first.psi) == (21, 20, None)
        assert second.psi > 0.25
        client.force_login(officer)
        page = client.get(reverse("admin:admission_featurefigures_one", args=["dep_avg_12m"]))
        assert page.context["page"].line.level == "red"

    def test_people_measured_a_few_at_a_time_give_the_same_figures(self, monkeypatch):
        for place in range(20):
            deposit(make.customer(), average_12m=100_000 * place)
        self._measure()
        monkeypatch.setattr(measuring, "PEOPLE_AT_ONCE", 3)
        self._measure()

        first, second = FeatureFigures.objects.filter(name="dep_avg_12m").order_by("run_id")

        assert (second.customers, second.known, second.psi) == (20, 20, 0)
        assert (second.shape, second.bins) == (first.shape, first.bins)

    def test_every_feature_says_in_chinese_what_it_means_and_the_catalogues_its_formula(self):
        assert MEANINGS.keys() == FEATURES.keys()
        assert all(re.search("[一-鿿]", each) for each in MEANINGS.values())
        assert FORMULAS.keys() == CODES.keys()
        assert FORMULAS["dep_avg_12m"] == "sum(daily balance)/days"
        assert "same" not in FORMULAS.values()

    @pytest.mark.parametrize("address", ["changelist", "fetch"])
    def test_meaning_and_formula_are_shown_and_chinese_finds_a_feature(
        self, client, officer, address
    ):
        client.force_login(officer)

        shown = client.get(
            reverse(f"admin:admission_featurefigures_{address}"), {"q": "再前3个月 存款"}
        ).content.decode()

        assert MEANINGS["dep_drop_3m"] in shown
        assert "1-avg_3m/avg_prev3m" in shown
        assert MEANINGS["pb_score"] not in shown

    def test_private_debts_are_called_declared_as_no_visit_asks_for_them(self):
        asked = {each.name for each in Survey._meta.get_fields()}

        assert "private_debt" not in asked
        assert FORMULAS["hv_private_debt"] == "declared by the household"

    @pytest.mark.parametrize(
        ("name", "words"),
        [
            ("dep_bal_now", "当前"),
            ("dep_avg_3m", "近3月"),
            ("ch_login_30d", "近30天"),
            ("loan_settled_cnt", "历史至今"),
            ("hv_review_score", "最近一次评议"),
        ],
    )
    def test_a_window_is_said_in_words_on_every_page(self, client, officer, name, words):
        client.force_login(officer)
        addresses = [
            reverse("admin:admission_featurefigures_one", args=[name]),
            reverse("admin:admission_featurefigures_changelist") + f"?q={name}",
            reverse("admin:admission_featurefigures_fetch") + f"?q={name}",
        ]

        shown = [client.get(each).content.decode() for each in addresses]

        assert [re.search(rf"[·,>] ?{words}[ <·,]", each) is not None for each in shown] == [
            True
        ] * 3

    def test_every_window_has_words(self):
        assert all(re.search("[一-鿿]", str(window(each))) for each in FEATURES.values())

    def test_what_nobody_has_may_be_too_old_to_count(self, client, officer):
        make.customer()
        self._measure()
        client.force_login(officer)

        page = client.get(reverse("admin:admission_featurefigures_changelist"))

        assert "已过有效期" in page.content.decode()

    def test_the_dictionary_is_taken_along_as_csv(self, client, officer):
        client.force_login(officer)

        answer = client.get(reverse("admin:admission_featurefigures_fetch"), {"q": "dep_drop_3m"})

        rows = answer.content.decode("utf-8-sig").splitlines()
        assert rows[1].startswith("F006,dep_drop_3m")

    def test_a_customer_manager_does_not_read_the_dictionary(self, client):
        client.force_login(make.staff())

        assert client.get(reverse("admin:admission_featurefigures_fetch")).status_code == 403

    def _measure(self):
        opened = measuring.open_measuring(business_day=DAY, actor=None)
        for shard_id in runs.waiting(opened):
            measuring.work_shard(shard_id)
