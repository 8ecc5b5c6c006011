"""What happens in workers is the run's: its ceiling holds there, and it tells what they met."""

from tests.support.campaigns import a_campaign
from tests.support.command import PATIENCE, ran, start
from tests.support.house import House


def test_a_ceiling_and_a_broken_template_reach_over_redis(small_house: House, redis_url: str):
    house = small_house
    house.has(a_campaign())
    house.orders(60, country="US")
    settings = {
        "RECOVERY_BROKER_URL": redis_url,
        "RECOVERY_BATCH": "5",
        "RECOVERY_MAX_PER_RUN": "12",
    }
    worker = start(house, "worker", "--processes", 2, alone=True, **settings)
    try:
        told = ran(house, "--wait", 60, **settings)
        assert (told["touches"]["hinted"], told["touches"]["sent"]) == (12, 12)
        assert len(house.messages()) == 12
        file = house.engine.settings.templates_dir / "unpaid-reminder" / "en" / "letter.txt"
        file.write_text(file.read_text("utf-8") + "{{ nothing_like_it }}", "utf-8")
        broken = ran(house, "--wait", 60, code=65, **settings)
        assert "nothing_like_it" in broken["problems"][0]
        assert broken["touches"]["snoozed"] == {"template_error": 12}
    finally:
        worker.terminate()
        worker.communicate(timeout=PATIENCE)
    assert len(house.messages()) == 12
