"""What a fit cost, in the words of a reader."""

from dataclasses import replace

from bench.site.facts import costs, curve
from tests.site.cells import cell, fit


def told(dataset, of):
    return dict(costs(replace(cell(dataset, "tiny-small", "lora", set()), fit=of)))


def test_costs_are_named_with_their_units(dataset):
    found = told(dataset, fit("lora"))
    assert found["trainable"] == "41,984 (4.70 %)"
    assert found["training"] == "21.4 s on cpu, 2 threads"
    assert found["energy"] == "not measured"
    assert found["prediction"] == "1.5 s, 8.0 questions/s"
    assert "time of training by part" not in found


def test_what_the_device_told_and_where_time_went(dataset):
    measured = replace(
        fit("lora"),
        logs={"energy_joules": 5400.0, "validation_ex": 0.25, "mle": 0.125, "own_log": 3.0},
        parts={"data": 0.5, "backward": 6.0, "student": 3.5, "teacher": 0.0},
        peak_device_bytes=2_000_000_000,
    )
    found = told(dataset, measured)
    assert found["energy"] == "5.4 kJ, as the device told"
    assert found["time of training by part"] == "backward 60.0 %, student 35.0 %, data 5.0 %"
    assert found["right answers of the best validation"] == "25.0 %"
    assert found["loss against gold, mean over training"] == "0.125"
    assert found["own_log"] == "3"
    assert "energy_joules" not in found
    assert found["peak device memory"] == "2.00 GB"


def test_a_curve_says_its_ends_and_leaves_out_what_is_no_number():
    drawn = curve(replace(fit("lora"), losses=((1, 2.0), (2, float("nan")), (3, 1.0))))
    assert drawn.path == "M0.0 0.0L600.0 75.0"
    assert drawn.text.startswith("Training loss from 2.000 at step 1 to 1.000 at step 3")
    assert curve(None) is None
