"""What the agricultural bureau of the county says of farms, in files and when it is asked."""

NET_INCOME_PER_MU = {"粮食": 620, "大棚蔬菜": 4_800, "花木": 3_500, "水产": 4_200}
"""What a mu of each line nets in a season, yuan: figures of a county that does not exist."""
MACHINES_PER_MU = 800
LARGE_FARM_MU, MODEL_FARM_MU = 100, 200


def operator_level(contracted: float, taken_in: float) -> str:
    """At which level a farm is held up as a model: large ones are, in this county."""
    farmed = contracted + taken_in
    if farmed >= MODEL_FARM_MU:
        return "市"
    return "县" if farmed >= LARGE_FARM_MU else "无"
