"""The demo's stages in their order. Each may be begun again after having been cut off."""

from collections.abc import Callable

from sandbox.demo import (
    borrowing,
    cards,
    deliveries,
    granting,
    months,
    naming,
    organisation,
    review,
    roster,
    visiting,
)
from sandbox.demo.setting import Setting, Tell

Stage = Callable[[Setting, Tell], dict[str, int]]

STAGES: list[tuple[str, str, Stage]] = [
    ("organisation", "机构与人员 branches, staff, villages", organisation.found_the_bank),
    ("reference", "规则与产品 rules, policy, products", organisation.put_rules_into_force),
    ("roster", "导入名册 roster", roster.bring_in),
    ("data", "数据交付 classes of data", deliveries.take_in),
    ("review", "背靠背评议 sealed review", review.let_neighbours_judge),
    ("visits", "走访调查 visits and surveys", visiting.go_from_door_to_door),
    ("decisions", "抽查与支行审定 spot checks, branch decisions", review.let_branches_decide),
    ("admission", "准入判断 admission", granting.ask_and_decide),
    ("granting", "三额度授信 granting", granting.grant_lines),
    ("applications", "申请与审批 applications", borrowing.apply_for_loans),
    ("months", "还款与日终 repayments and close of business", months.let_months_pass),
    ("cards", "按本县历史训练评分卡 scorecards of the county", cards.train_cards),
    ("names", "标签与特征 tags and features", naming.name_customers),
]
