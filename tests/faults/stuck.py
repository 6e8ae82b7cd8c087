"""What the product itself says of an installation: `tongchou stuck`."""

from runtime.settings import Settings
from starter.commands.desk import Desk
from starter.commands.stuck import examine
from starter.output import Screen
from starter.stuck import Picture
from tests.faults.installation import Installation


async def seen_by_the_product(installation: Installation) -> Picture:
    """What the command would answer now."""
    settings = Settings(data_dir=installation.folder, database_url=installation.database_url)
    return await examine(Desk(settings, Screen("en", True)))


async def named_as_broken(installation: Installation) -> dict[str, str]:
    """Every project that the product names as broken, with its trouble."""
    told = (await seen_by_the_product(installation)).broken
    return {one.project: f"{one.trouble}: {one.reason}" for one in told if one.project}
