"""The pages in a real browser: nothing fails to load, nothing complains, and their numbers are the tables'.

Without Chromium (Debian's `chromium`) they are skipped. CANON_SHOOT=folder keeps a picture of each there.
"""

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from canon.site.docs import trace
from tests.e2e.browser import CHROMIUM, Page, chromium

pytestmark = [
    pytest.mark.xdist_group("world"),
    pytest.mark.skipif(not CHROMIUM, reason="there is no Chromium here: apt-get install chromium"),
]

OURS = ("index", "health", "checks", "changes", "ownership", "dictionary", "runbooks")
MADE = {
    "dbt_docs": "#!/model/model.canon.customers",
    "lineage": trace("customer", "phone").partition("html")[2],
}
PHONE, DESK = 390, 1280


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def site(world_of_module) -> Path:
    """The pages that the first sync has left."""
    return world_of_module.root / "data" / "site"


@pytest.fixture(scope="module")
def changed(world_of_module, site: Path) -> Path:
    """The pages after a second sync that changed something."""
    world = world_of_module
    contact = world.published.one(
        "select min(source_record_id) from marts.customer_sources "
        "where source = 'hubspot' and object = 'contacts' and not is_deleted"
    )
    world.edit("hubspot", "contacts", contact, lifecyclestage="evangelist")
    done = world.canon("sync", "--as-json")
    assert done.returncode == 0, done.stderr
    return site


def opened(page: Page, site: Path, name: str, width: int = DESK, scheme: str = "light") -> None:
    page.open((site / f"{name}.html").as_uri(), width=width, scheme=scheme)


@pytest.mark.parametrize("name", OURS)
def test_a_page_loads_nothing_complains_of_nothing_and_fits(page: Page, site: Path, name: str) -> None:
    for width in (DESK, PHONE):
        for scheme in ("light", "dark"):
            opened(page, site, name, width, scheme)
            assert page.complaints == []
            assert page.requests == [(site / f"{name}.html").as_uri()]
            assert page.ask("document.documentElement.scrollWidth") <= width, "it scrolls sideways"
    dark = page.ask("getComputedStyle(document.body).backgroundColor")
    opened(page, site, name)
    assert page.ask("getComputedStyle(document.body).backgroundColor") != dark


@pytest.mark.parametrize("name", MADE)
def test_a_page_of_a_tool_works_offline_too(page: Page, site: Path, name: str) -> None:
    page.open((site / f"{name}.html").as_uri() + MADE[name])
    page.ask("new Promise(done => setTimeout(done, 2000))")
    assert page.complaints == []
    assert [each for each in page.requests if not each.startswith(("file:", "data:"))] == []
    assert "customers" in page.ask("document.body.innerText")


def test_every_link_leads_to_a_page_and_a_place_that_are_there(page: Page, site: Path) -> None:
    for name in OURS:
        opened(page, site, name)
        for address in page.ask(
            "[...document.querySelectorAll('main a[href], nav a[href]')].map(a => a.href)"
        ):
            if address.startswith("https://"):
                continue
            file, _, place = address.removeprefix("file://").partition("#")
            target = Path(file.partition("?")[0])
            assert target.is_file(), f"{name}: {address}"
            assert not place or f'id="{place}"' in target.read_text(), f"{name}: {address}"


def number(text: str) -> int:
    return int(re.sub(r"\D", "", text))


def test_the_numbers_on_the_index_are_the_tables(page: Page, site: Path, world_of_module) -> None:
    opened(page, site, "index")
    shown = [
        number(each)
        for each in page.ask("[...document.querySelectorAll('.numbers dd')].map(e => e.innerText)")
    ]
    one = world_of_module.published.one
    assert shown == [
        one("select count(*) from marts.customers where not is_deleted"),
        one(
            "select count(*) from (select customer_id from marts.customer_sources where not is_deleted "
            "group by all having count(distinct source) > 1)"
        ),
        one("select count(*) from marts.customer_fields where is_contested"),
        one("select count(*) from marts.review_queue"),
    ]


def test_the_health_page_says_what_the_checks_and_reads_say(page: Page, site: Path, world_of_module) -> None:
    opened(page, site, "health")
    text = page.ask("document.body.innerText")
    one, rows = world_of_module.published.one, world_of_module.published.rows
    checks = one(
        "select count(*) from ops.health_checks "
        "where checked_at = (select max(checked_at) from ops.health_checks)"
    )
    assert f"All {checks} checks passed" in text
    for source, customers, matched in rows(
        "select source, customers, matched from ops.measure_join_coverage"
    ):
        assert re.search(rf"{source}\s+{customers}\s+{matched}\s", text.replace("\u2009", ""))
    read = dict(
        rows(
            "select object, sum(rows_read) from ops.sync_extracts where source = 'hubspot' and sync_seq = "
            "(select max(sync_seq) from ops.sync_extracts) group by object"
        )
    )
    shown = page.ask(
        "[...document.querySelectorAll('.card')]"
        ".filter(card => card.querySelector('.of strong')?.innerText == 'contacts')"
        ".map(card => [...card.querySelectorAll('.figure')].map(e => e.innerText.split('\\n')))[0]"
    )
    assert ["rows read", str(read["contacts"])] in [each[:2] for each in shown]


def test_two_clicks_lead_to_what_salesforce_owns_and_why(page: Page, site: Path, world_of_module) -> None:
    opened(page, site, "index")
    page.open(page.ask("document.querySelector('a[href=\"ownership.html#salesforce\"]').href"))
    assert page.ask("location.hash") == "#salesforce"
    fields = page.ask(
        "[...document.querySelector('#salesforce ~ .wide').querySelectorAll('tbody tr')]"
        ".map(row => row.cells[1].innerText + ': ' + row.cells[2].innerText)"
    )
    stated = world_of_module.published.rows(
        "select field || ': ' || why from marts.field_ownership where rule = 'source_priority' "
        "and sources like 'salesforce%'"
    )
    assert sorted(fields) == sorted(each for (each,) in stated)


@pytest.mark.long
def test_two_clicks_lead_to_what_the_last_sync_changed(page: Page, changed: Path, world_of_module) -> None:
    opened(page, changed, "index")
    page.open(
        page.ask("[...document.querySelectorAll('a.card')].find(a => a.innerText.includes('last sync')).href")
    )
    said = page.ask("document.querySelector('.lead').innerText")
    values = world_of_module.published.one(
        "select count(*) from marts.customer_changes where field <> 'customer_id' and sync_id = "
        "(select max(sync_id) from ops.sync_runs)"
    )
    assert values > 0
    assert number(said.partition("changed")[2].partition("values")[0]) >= values


@pytest.mark.long
@pytest.mark.skipif("CANON_SHOOT" not in os.environ, reason="only where pictures are wanted: CANON_SHOOT")
def test_pictures(page: Page, changed: Path) -> None:
    folder = Path(os.environ["CANON_SHOOT"])
    for name in OURS:
        opened(page, changed, name)
        page.shoot(folder / f"{name}.png")
    opened(page, changed, "health", PHONE, "dark")
    page.shoot(folder / "health-phone-dark.png")
    for name, place in MADE.items():
        page.open((changed / f"{name}.html").as_uri() + place)
        page.ask("new Promise(done => setTimeout(done, 3000))")
        page.shoot(folder / f"{name}.png")
