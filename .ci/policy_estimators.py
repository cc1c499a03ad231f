"""Writes obp's logged decisions with a made-up target policy and model, and what obp's estimators say of them."""

import importlib
import sys
import types
import zipfile

import numpy
import pandas

ACTIONS = 80
LOGS = [f"obp/dataset/obd/{policy}/{campaign}/{campaign}.csv" for policy in ("random", "bts") for campaign in ("all", "men", "women")]


def estimators(wheel):
    """obp.ope.estimators alone: its package imports PyTorch and plots, which these estimators do not use."""
    sys.path.insert(0, wheel)
    torch = types.ModuleType("torch")
    torch.Tensor = type("Tensor", (), {})
    sys.modules["torch"] = torch
    for package in ("obp", "obp.ope"):
        module = types.ModuleType(package)
        module.__path__ = [f"{wheel}/{package.replace('.', '/')}"]
        sys.modules[package] = module
    return importlib.import_module("obp.ope.estimators")


def main(wheel, decisions, expected):
    with zipfile.ZipFile(wheel) as archive:
        logged = pandas.concat(pandas.read_csv(archive.open(log)) for log in LOGS)
    rows = len(logged)
    assert rows == 60_000, rows
    random = numpy.random.default_rng(1)
    action = logged["item_id"].to_numpy()
    reward = logged["click"].to_numpy(dtype=float)
    propensity = logged["propensity_score"].to_numpy()
    target = random.dirichlet(numpy.full(ACTIONS, 0.3), size=rows)
    predicted = random.uniform(0, 0.02, size=(rows, ACTIONS))
    every = numpy.arange(rows)
    pandas.DataFrame(
        {
            "reward": reward,
            "propensity": propensity,
            "target": target[every, action],
            "predicted": predicted[every, action],
            "target_predicted": (target * predicted).sum(axis=1),
        }
    ).to_csv(decisions, index=False, float_format="%.17g")

    obp = estimators(wheel)
    given = {
        "reward": reward,
        "action": action,
        "pscore": propensity,
        "action_dist": target[:, :, None],
        "estimated_rewards_by_reg_model": predicted[:, :, None],
        "position": numpy.zeros(rows, dtype=int),
    }
    asked = [
        ("DM", "Infinity", obp.DirectMethod()),
        ("IPS", "Infinity", obp.InverseProbabilityWeighting()),
        ("SNIPS", "Infinity", obp.SelfNormalizedInverseProbabilityWeighting()),
        ("DR", "Infinity", obp.DoublyRobust()),
        ("SNDR", "Infinity", obp.SelfNormalizedDoublyRobust()),
    ]
    for limit in (0.5, 1, 10, 100):
        asked.append(("SWITCH_DR", limit, obp.SwitchDoublyRobust(tau=limit)))
        asked.append(("DR_OS", limit, obp.DoublyRobustWithShrinkage(lambda_=limit)))
    with open(expected, "w") as file:
        for name, limit, estimator in asked:
            file.write(f"{name},{limit},{float(estimator.estimate_policy_value(**given))!r}\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
