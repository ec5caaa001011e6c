"""The camera, from a film of codes made here to the card."""

from __future__ import annotations

import pytest
from playwright.sync_api import Route

from tests.desk.conftest import hard_film, of_somebody
from vaxcert import qr

pytestmark = pytest.mark.slow


def test_a_code_that_comes_into_view_is_on_the_card(open_tab) -> None:
    tab = open_tab("easy")
    tab.page.get_by_test_id("camera-start").click()
    tab.wait_for("accept")
    assert int(tab.card()["scan"]) >= 1  # the film begins anew, and with it the code comes into view again
    assert tab.page.get_by_test_id("traveller-name").inner_text().endswith("Nguyễn Bảo Duy")
    tab.page.get_by_test_id("camera-stop").click()
    assert tab.page.evaluate("document.getElementById('camera-video').srcObject") is None


def test_a_code_out_of_focus_turned_and_under_a_lamp_is_on_the_card(open_tab) -> None:
    frames = hard_film()
    seen = sum(qr.frame_texts(frame.tobytes(), *frame.size) != () for frame in frames)
    assert 1 <= seen < len(frames)  # some frames show it to the eye alone
    tab = open_tab("hard")
    tab.page.get_by_test_id("camera-start").click()
    tab.wait_for("accept")
    assert "Trần" in tab.page.get_by_test_id("traveller-name").inner_text()


def test_a_code_that_stays_in_view_is_not_scanned_with_each_frame(open_tab) -> None:
    tab = open_tab("easy")
    tab.page.keyboard.press("c")
    tab.wait_for("accept")
    for _ in range(4):
        with tab.page.expect_response("**/api/frame*") as answer:
            pass
        assert answer.value.status == 200
    assert int(tab.card()["scan"]) < 4  # of each time the film shows it, however many frames that has


def test_no_camera_is_a_sentence(open_tab) -> None:
    tab = open_tab(permissions=[])
    tab.page.evaluate(
        """() => {
          const none = () => Promise.reject(new DOMException("", "NotFoundError"));
          navigator.mediaDevices.getUserMedia = none;
        }"""
    )
    tab.page.get_by_test_id("camera-start").click()
    assert tab.wait_for_notice() == ["camera-missing"]


def test_a_frame_that_is_read_slowly_does_not_count_for_the_next_traveller(open_tab) -> None:
    tab = open_tab("easy")
    held: list[Route] = []

    def hold_the_first(route: Route) -> None:
        if held:
            route.fulfill(json={"texts": []})
        else:
            held.append(route)

    tab.page.route("**/api/frame**", hold_the_first)
    with tab.page.expect_request("**/api/frame**"):
        tab.page.get_by_test_id("camera-start").click()
    tab.page.get_by_test_id("next-traveller").click()
    with tab.page.expect_request("**/api/frame**"):
        held[0].fulfill(json={"texts": [of_somebody("Trần")]})
    assert [url for url in tab.requests if "/api/scan" in url] == []
