"""Two estates with their buildings, shops and common places."""

import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select

from models.call import Call
from models.estates import Estate, FeeStatus, UnitUse
from models.operations import estates as verbs
from models.operations.estates import EstateDraft, UnitDraft
from models.operations.settings import amend_categories
from models.settings import Category, CategoryRegister
from models.staff import Actor, Department, Team
from seed.staff import CUIHU, YUNQI, hire, place_of
from seed.world import Household, Place, World, pick

ZONE = "Asia/Shanghai"
ZONE_INFO = ZoneInfo(ZONE)
_ESTATES = (
    EstateDraft(CUIHU, "翠湖花园", ZONE, "上海市浦东新区翠湖路188号", "021-5550 1880"),
    EstateDraft(YUNQI, "云栖里", ZONE, "上海市闵行区云栖路66弄", "021-5550 6600"),
)
# Buildings, floors, units a floor, shops.
_SIZES = {CUIHU: (5, 26, 3, 12), YUNQI: (4, 18, 4, 6)}
_OF_TEAMS = {
    Department.ENGINEERING: (
        "water",
        "electricity",
        "low-voltage",
        "doors-and-windows",
        "walls-and-leaks",
        "lifts",
        "public-facilities",
    ),
    Department.HOUSEKEEPING: ("cleaning", "household-help"),
}
_COMMON = {
    CUIHU: (
        "地下车库B1",
        "地下车库B2",
        "中心花园",
        "儿童乐园",
        "会所",
        "东门岗亭",
        "南门岗亭",
        "消防控制室",
        "水泵房",
        "垃圾分类点",
    ),
    YUNQI: ("地下车库", "中庭花园", "北门岗亭", "快递柜区", "非机动车库", "配电房"),
}


def build(world: World, at: datetime.datetime, *, system: Actor) -> None:
    """Make the estates with defaults, staff, teams and units; fills ``world.places``."""
    session = world.session
    estates = {estate.code: estate for estate in verbs.register(Call(session, system, at), _ESTATES).all()}
    teams = hire(world, estates, at, system=system)
    for code, estate in estates.items():
        query = select(Category).where(Category.estate_id == estate.id, Category.register == CategoryRegister.TICKETS)
        categories = list(session.scalars(query))
        place = place_of(estate, teams[code], {category.code: category.id for category in categories})
        _give_to_teams(world, place, categories, teams[code], at)
        _build_units(world, place, at)
        world.places.append(place)


def _give_to_teams(
    world: World, place: Place, categories: list[Category], teams: dict[Department, Team], at: datetime.datetime
) -> None:
    """Each category but the last goes to a team: the call intake then knows where to dispatch to."""
    for department, codes in _OF_TEAMS.items():
        theirs = [category for category in categories if category.code in codes]
        actor = world.actors[place.manager]
        amend_categories(Call(world.session, actor, at), theirs, team_id=teams[department].id).all()


def _build_units(world: World, place: Place, at: datetime.datetime) -> None:
    drafts = [*_homes(world, place.estate), *_shops(world, place.estate), *_common_places(world, place.estate)]
    butlers = [world.staff[name].id for name in place.desk[:3]]
    for number, draft in enumerate(drafts):
        if draft.use is UnitUse.HOME:
            draft.butler_id = butlers[(int(draft.building or 0) + (draft.floor or 0) // 14) % len(butlers)]
        else:
            draft.butler_id = butlers[number % len(butlers)]
    units = verbs.register_units(Call(world.session, world.actors[place.manager], at), drafts).all()
    place.households = [Household(unit, []) for unit in units if unit.use is UnitUse.HOME]
    place.shops = [unit for unit in units if unit.use is UnitUse.SHOP]
    place.common = [unit for unit in units if unit.use is UnitUse.PLACE]


def _homes(world: World, estate: Estate) -> list[UnitDraft]:
    rng = world.random("homes", estate.code)
    buildings, floors, width, _ = _SIZES[estate.code]
    drafts = []
    for building in range(1, max(1, round(buildings * world.share)) + 1):
        for floor in range(1, floors + 1):
            for number in range(1, width + 1):
                status = rng.choices(list(FeeStatus), (84, 12, 4))[0]
                handed_over = world.today - datetime.timedelta(days=rng.randrange(900, 3200))
                code = f"{building}-{floor}{number:02d}"
                drafts.append(
                    UnitDraft(estate.id, code, str(building), floor, fee_status=status, handed_over_on=handed_over)
                )
    return drafts


def _shops(world: World, estate: Estate) -> list[UnitDraft]:
    rng = world.random("shops", estate.code)
    count = max(1, round(_SIZES[estate.code][3] * world.share))
    statuses = (FeeStatus.PAID, FeeStatus.PAID, FeeStatus.OWING)
    return [
        UnitDraft(estate.id, f"商铺-{number:02d}", None, 1, use=UnitUse.SHOP, fee_status=pick(rng, statuses))
        for number in range(1, count + 1)
    ]


def _common_places(world: World, estate: Estate) -> list[UnitDraft]:
    buildings = max(1, round(_SIZES[estate.code][0] * world.share))
    halls = [(f"{building}号楼大堂", str(building)) for building in range(1, buildings + 1)]
    lifts = [(f"{building}号楼电梯", str(building)) for building in range(1, buildings + 1)]
    others = [(name, None) for name in _COMMON[estate.code]]
    return [UnitDraft(estate.id, name, building, None, use=UnitUse.PLACE) for name, building in halls + lifts + others]
