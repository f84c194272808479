"""What the settings of a panel come to: its family's, its own over them, and what makes no sense refused."""

import subprocess
import sys

import pytest
from pydantic import ValidationError

from bulkorders.errors import SettingsError
from bulkorders.model.outcomes import Delivery
from bulkorders.model.pace import Limit
from bulkorders.panel.deliveries import status_word
from bulkorders.panel.forms import form, several
from bulkorders.panel.profiles import presets, profile_of, with_preset
from bulkorders.settings import PanelSettings, Status

URL = "https://panel.example.com/api/v2"


def settings(**told):
    """Return the settings of a panel that say this."""
    return PanelSettings.model_validate({"url": URL, "key": "plain:abc-key-123", **told})


def profile(**told):
    """Return the profile of a panel whose settings say this."""
    return profile_of("agency", settings(**told))


def posted(action="add", carried=None, **told):
    """Return what is sent under these settings."""
    order = {"service": "7", "link": "https://example.com/p", "quantity": "500"}
    return form(profile(**told), action, order if carried is None else carried)


def test_without_a_word_the_documented_form_is_sent():
    """Key, action and the documented parameters, and nothing else."""
    assert posted() == {
        "key": "abc-key-123", "action": "add", "service": "7", "link": "https://example.com/p", "quantity": "500",
    }  # fmt: skip


@pytest.mark.parametrize("family", sorted(presets()))
def test_every_family_makes_a_profile(family):
    """Each preset is made of settings a panel may have."""
    assert profile(preset=family).account == "panel.example.com/api/v2"


def test_a_panel_goes_before_its_family():
    """What the panel's own settings say wins; of tables, entry by entry."""
    found = with_preset(
        settings(
            preset="indonesian", parameters={"link": "data"}, batch_size=50, status_words={"x": "Partial"}
        )
    )
    assert found.parameters == {**presets()["indonesian"]["parameters"], "link": "data"}
    assert found.batch_size == 50
    assert {"x", "selesai"} <= found.status_words.keys()


def test_own_names_and_constants_are_sent():
    """Parameters and actions go out under the panel's names, beside what every call carries."""
    sent = posted(actions={"add": "order"}, send={"api_id": "7"})
    assert (sent["action"], sent["api_id"]) == ("order", "7")
    renamed = form(
        profile(parameters={"key": "api_key", "link": "target"}), "add", {"service": "7", "link": "https://x"}
    )
    assert renamed == {"api_key": "abc-key-123", "action": "add", "service": "7", "target": "https://x"}


def test_a_name_may_hold_for_one_action_alone():
    """`refill.order` renames the order's parameter for refills and leaves it for statuses."""
    own = {"parameters": {"refill.order": "refill"}}
    assert posted("refill", {"order": "5"}, **own)["refill"] == "5"
    assert posted("status", {"order": "5"}, **own)["order"] == "5"


def test_the_status_of_several_may_be_an_action_of_its_own():
    """A panel that calls it multi_status is asked with that, and with the documented word for one."""
    own = {"actions": {"statuses": "multi_status"}}
    assert posted("statuses", {"orders": "1,2"}, **own)["action"] == "multi_status"
    assert posted("status", {"order": "1"}, **own)["action"] == "status"


def test_ids_are_listed_as_the_panel_takes_them():
    """With commas as documented, or as a JSON array."""
    assert several(profile(), ["1", "b"]) == "1,b"
    assert several(profile(ids="json"), ["1", "b"]) == '["1", "b"]'


@pytest.mark.parametrize(
    ("parameters", "quantity"),
    [
        ({"link": "https://x", "comments": "a\nb\nc"}, "3"),
        ({"link": "https://x"}, "1"),
        ({"link": "https://x", "quantity": "50"}, "50"),
        ({"username": "someone", "min": "5", "max": "6"}, None),
    ],
)
def test_a_quantity_is_sent_always_only_where_the_panel_wants_it(parameters, quantity):
    """A panel that demands one gets the count of lines, or one; a subscription has none; others are sent none."""
    assert posted(carried=parameters, quantity="always").get("quantity") == quantity
    assert posted(carried=parameters).get("quantity") == parameters.get("quantity")


def test_a_drip_feed_is_named_where_the_panel_wants_it():
    """The named parameter says true beside runs, and is not sent without."""
    runs = {"link": "https://x", "quantity": "5", "runs": "2", "interval": "30"}
    assert posted(carried=runs, drip_feed="dripfeed")["dripfeed"] == "true"
    assert "dripfeed" not in posted(drip_feed="dripfeed")


def test_the_rate_basis_may_hold_for_all_or_by_type():
    """A number holds for every type; a table for its types in any spelling, the others keep their own."""
    assert profile(rate_basis=1).basis("Default") == 1
    by_type = profile(rate_basis={"Custom_Comments": 1})
    assert (by_type.basis("custom comments"), by_type.basis("Default"), by_type.basis("Package")) == (
        1,
        1000,
        1,
    )
    assert profile(rate_basis={"default": 1, "Package": 1000}).basis("package") == 1000


@pytest.mark.parametrize(
    ("told", "limit"),
    [
        ("1/s", Limit(1, 1)),
        ("60/min", Limit(60, 60)),
        ("10 / hour", Limit(10, 3600)),
        ("5/day", Limit(5, 86400)),
    ],
)
def test_a_limit_is_a_count_and_a_time(told, limit):
    """Limits are written as people say them."""
    assert profile(limits={"add": told}).limits == {"add": limit}


@pytest.mark.parametrize(
    "wrong",
    [
        {"limits": {"add": "fast"}},
        {"limits": {"buy": "1/s"}},
        {"rate_basis": 10},
        {"method": "PUT"},
        {"not_placed": [500]},
        {"not_placed": [504]},
        {"idempotency": "a b"},
        {"status_words": {"x": "Finished"}},
        {"batch_sizes": {"status": 0}},
        {"error_kinds": {"funds": {"texts": []}}},
        {"colour": "blue"},
    ],
    ids=str,
)
def test_what_can_not_be_is_refused(wrong):
    """A setting that makes no sense is refused when it is read, whatever else is right."""
    with pytest.raises(ValidationError):
        settings(**wrong)


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"preset": "nobody"}, "settings.preset"),
        ({"key": "abc-key-123"}, "settings.key_in_file"),
        ({"key": "keyring:service"}, "settings.keyring_place"),
        ({"key": "env:BULKORDERS_TEST_NOT_SET"}, "settings.key_not_in_environment"),
        ({"parameters": {"link": "service"}}, "settings.name_twice"),
        ({"idempotency": "link"}, "settings.name_twice"),
        ({"send": {"key": "7"}}, "settings.name_twice"),
        ({"error_kinds": {"funds": {"texts": ["("]}}}, "settings.error_kinds"),
    ],
    ids=str,
)
def test_what_would_go_wrong_later_is_refused_at_once(wrong, code):
    """A family nobody knows, a key in the file, a name for two things: a settings error before anything is sent."""
    with pytest.raises(SettingsError) as caught:
        profile(**wrong)
    assert caught.value.code == code
    assert "abc-key-123" not in str(caught.value)


def test_a_key_stays_in_the_file_only_where_it_is_meant_to():
    """After `plain:` the key is taken as it stands."""
    assert profile(key="plain:abc:def").key == "abc:def"


def test_what_comes_from_a_safe_place_never_shows():
    """A constant taken from the environment is hidden like the key; one written in the settings is not."""
    own = profile(send={"api_id": "7"})
    assert own.secrets == ("abc-key-123",)
    assert "abc-key-123" not in repr(own)


def test_a_key_is_taken_from_the_keyring(tmp_path):
    """`keyring:SERVICE/USER` is looked up in the system's keyring; one that is not there is named."""
    script = (
        "import keyring; keyring.set_password('panels', 'agency', 'kept-key-9');"
        "from bulkorders.settings import PanelSettings, key_of;"
        f"there = PanelSettings(url='{URL}', key='keyring:panels/agency');"
        "assert key_of(there) == 'kept-key-9';"
        f"gone = PanelSettings(url='{URL}', key='keyring:panels/nobody');\n"
        "try: key_of(gone)\n"
        "except Exception as error: print(error.code)"
    )
    environment = {
        "PYTHON_KEYRING_BACKEND": "keyrings.alt.file.PlaintextKeyring",
        "XDG_DATA_HOME": str(tmp_path),
        "HOME": str(tmp_path),
        "PATH": "",
    }
    ended = subprocess.run(
        [sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=False
    )
    assert (ended.stdout.strip(), ended.returncode) == ("settings.key_not_in_keyring", 0), ended.stderr


def test_the_words_of_a_status_are_those_of_a_delivery():
    """The settings may name exactly the words the tool knows."""
    assert set(Status.__args__) == {word.value for word in Delivery}


@pytest.mark.parametrize("written", ["Đang_Chạy", "đang chạy!", " ĐANG-CHẠY ", "<b>đang chạy</b>"])
def test_a_status_word_is_found_however_it_is_spelled(written):
    """The settings' spelling and the answer's are compared in one way."""
    words = profile(status_words={written: "In progress"}).status_words
    assert status_word("đang chạy", words) == status_word(written, words) == "In progress"
