# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""The page works in a browser: it opens from disk, plays, seeks, filters and explains."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from strategies.runs import START, FakeCounters, FakeCycle, busy_cycles, make_advisory

from icv_v2x.advisory.types import Level
from icv_v2x.report import ReportWriter, RunDescription

CHROMIUM = next(filter(None, map(shutil.which, ('chromium', 'chromium-browser'))), None)
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason='no Chromium on this machine')
driver = pytest.importorskip('playwright.sync_api', reason='playwright is not installed')

SUMMARY = {'received': 30_000, 'accepted': 29_000, 'rejected': {'stale': 1_000}, 'cycles': 1_201}
HOSTILE = '</script><img src=x onerror="document.title=\'broken\'">'


@pytest.fixture(scope='module')
def pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a busy page, an empty one, and one of hostile strings."""
    folder = tmp_path_factory.mktemp('pages')
    busy = ReportWriter(RunDescription(simulated=True))
    counters = FakeCounters()
    for cycle in busy_cycles():
        counters.received += 25
        busy.add(cycle, counters)
    busy.write(folder / 'busy.html', 'busy', SUMMARY)
    ReportWriter().write(folder / 'empty.html', 'empty', {})
    hostile = ReportWriter(RunDescription(source=HOSTILE, scene_missing=HOSTILE))
    hostile.add(FakeCycle(START, advisories=(
        make_advisory(Level.WARNING, reason=HOSTILE, subject_ids=(HOSTILE,)),)))
    hostile.write(folder / 'hostile.html', HOSTILE, {'received': 1, 'rejected': {HOSTILE: 1}})
    return folder


@pytest.fixture(scope='module')
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Return a browser of its own, without a window."""
    arguments = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
                 '--disable-background-networking', '--disable-component-update',
                 '--disable-sync']
    with driver.sync_playwright() as playwright:
        context = playwright.chromium.launch_persistent_context(
            tmp_path_factory.mktemp('profile'), executable_path=CHROMIUM, headless=True,
            args=arguments, viewport={'width': 1280, 'height': 900})
        yield context
        context.close()


@pytest.fixture
def show(browser: Any, pages: Path) -> Iterator[Any]:
    """Return what opens a page; at the end nothing may have been complained of or fetched."""
    complaints: list[str] = []
    shown: list[Any] = []

    def show_page(name: str) -> Any:
        page = browser.new_page()
        page.on('console', lambda message: complaints.append(message.text))
        page.on('pageerror', lambda error: complaints.append(str(error)))
        page.on('request', lambda request: request.url.startswith('file:')
                or complaints.append(request.url))
        page.goto((pages / f'{name}.html').as_uri())
        shown.append(page)
        return page

    yield show_page
    for page in shown:
        page.close()
    assert complaints == []


def picture(page: Any) -> str:
    """Return the pixels of the map."""
    pixels: str = page.evaluate("document.getElementById('scene').toDataURL()")
    return pixels


def spot_of(page: Any, name: str) -> list[float]:
    """Return where on the page an object in the ego's lane is, found as a hand would."""
    spot: list[float] = page.evaluate("""(name) => {
        const canvas = document.getElementById('scene');
        const hover = document.getElementById('hover');
        const box = canvas.getBoundingClientRect();
        const y = (box.top + box.bottom) / 2;
        for (let x = box.left + 8; x < box.right; x += 8) {
            canvas.dispatchEvent(new PointerEvent('pointermove', { clientX: x, clientY: y }));
            if (!hover.hidden && hover.textContent.includes(name)) return [x, y];
        }
        return [];
    }""", name)
    assert spot, f'{name} is nowhere on the map'
    return spot


def test_play_moves_the_vehicles(show: Any) -> None:
    page = show('busy')
    before, clock = picture(page), page.inner_text('#clock')
    page.click('#play')
    page.wait_for_function('clock => document.getElementById("clock").value !== clock', arg=clock)
    page.wait_for_timeout(300)
    page.click('#play')
    assert picture(page) != before
    assert page.inner_text('#play') == 'Play'


def test_the_slider_goes_to_its_time(show: Any) -> None:
    page = show('busy')
    before = picture(page)
    page.fill('#slider', '40000')
    assert page.inner_text('#clock') == '0:40.0'
    assert 'ICW' in page.inner_text('#spoken')
    assert picture(page) != before


def test_keys_step_and_go_from_situation_to_situation(show: Any) -> None:
    page = show('busy')
    page.fill('#slider', '10000')
    page.locator('#slider').blur()
    for key, clock in (('ArrowRight', '0:10.1'), ('Shift+ArrowLeft', '0:09.1')):
        page.keyboard.press(key)
        assert page.inner_text('#clock') == clock
    page.keyboard.press('ArrowDown')
    assert 'ICW' in page.inner_text('#evidence-about')
    page.keyboard.press('Space')
    assert page.inner_text('#play') == 'Pause'


def test_levels_and_scenarios_filter_list_and_timeline(show: Any) -> None:
    page = show('busy')
    items, rows = page.locator('#list .situation'), page.locator('#rows .row:not(.scale)')
    assert (items.count(), rows.count()) == (2, 2)
    page.click('#levels [data-level="1"]')
    assert (items.count(), rows.count()) == (3, 3)
    page.select_option('#scenario', 'TRAFFIC_SIGNAL')
    assert (items.count(), rows.count()) == (1, 1)
    page.click('#levels [data-level="1"]')
    assert (items.count(), rows.count()) == (0, 0)


def test_a_click_on_a_situation_shows_its_evidence(show: Any) -> None:
    page = show('busy')
    page.click('#list li:nth-child(2) .situation')
    assert page.inner_text('#clock').startswith('0:39.')
    assert 'ICW' in page.inner_text('#evidence-about')
    assert 'crossing car' in page.inner_text('#evidence-reason')
    drawn = page.evaluate(
        '[...document.querySelectorAll("#charts canvas")].map((canvas) => new Set('
        'canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data).size)')
    assert len(drawn) == 3
    assert min(drawn) > 5


def test_evidence_tells_of_tracks_and_messages_at_the_moment(show: Any) -> None:
    page = show('busy')
    page.click('#list li:nth-child(2) .situation')
    rows = dict(page.evaluate(
        '[...document.querySelectorAll("#states tbody tr")].map((row) => ['
        'row.querySelector("th").textContent, row.lastElementChild.textContent])'))
    assert 'ahead' in rows['Along'] or 'behind' in rows['Along']
    assert rows['Interval'].startswith('100')
    assert rows['Signature'] == 'verified'
    before = rows['Along']
    page.keyboard.press('Shift+ArrowRight')
    assert page.evaluate(
        'document.querySelectorAll("#states tbody tr")[1].lastElementChild.textContent'
    ) != before


@pytest.mark.parametrize('place', ['timeline', 'words', 'map'])
def test_an_advisory_is_chosen_wherever_it_is_clicked(show: Any, place: str) -> None:
    page = show('busy')
    page.click('#list li:nth-child(2) .situation')
    page.fill('#slider', '13000')
    assert 'FCW' not in page.inner_text('#evidence-about')
    if place == 'timeline':
        page.locator('#rows .row:has-text("FCW") rect').first.click(force=True)
    elif place == 'words':
        page.click('#spoken')
    else:
        page.mouse.click(*spot_of(page, '4943560000000001'))
    assert 'FCW' in page.inner_text('#evidence-about')


def test_an_object_under_the_pointer_is_named(show: Any) -> None:
    page = show('busy')
    box = page.locator('#scene').bounding_box()
    page.mouse.move(box['x'] + box['width'] * 0.24, box['y'] + box['height'] / 2)
    assert 'Ego vehicle' in page.inner_text('#hover')


def test_the_switch_turns_light_into_dark_and_back(show: Any) -> None:
    page = show('busy')
    paper = 'getComputedStyle(document.body).backgroundColor'
    light = page.evaluate(paper)
    page.click('#theme')
    assert page.evaluate(paper) != light
    page.click('#theme')
    assert page.evaluate(paper) == light


@pytest.mark.parametrize('width', [360, 768, 1920])
def test_nothing_sticks_out_sideways(show: Any, width: int) -> None:
    page = show('busy')
    page.set_viewport_size({'width': width, 'height': 800})
    assert page.evaluate('document.documentElement.scrollWidth') <= width


def test_a_run_without_cycles_opens(show: Any) -> None:
    page = show('empty')
    assert 'Nothing to warn of' in page.inner_text('#headline')
    assert page.is_visible('#nomap')


def test_hostile_strings_are_shown_as_they_are(show: Any) -> None:
    page = show('hostile')
    page.wait_for_timeout(100)
    assert page.title() != 'broken'
    assert page.locator('img').count() == 0
    assert HOSTILE in page.inner_text('#list')
