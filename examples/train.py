"""Trains a small two-layer network on a made-up task with numpy and writes the model to a file.

    npx opengpu submit examples/train.py --compare number:1e-6 --compare-on metrics.json --wait -- --epochs 300

The time it prints differs from run to run, so the committee compares metrics.json, not standard output.
"""
import argparse
import json
import time

import numpy as np

parser = argparse.ArgumentParser()
parser.add_argument("--epochs", type=int, default=200)
parser.add_argument("--seed", type=int, default=7)
options = parser.parse_args()

random = np.random.default_rng(options.seed)
inputs = random.normal(size=(512, 8))
targets = np.sin(inputs @ random.normal(size=(8, 1)))
first = random.normal(size=(8, 32)) * 0.3
second = random.normal(size=(32, 1)) * 0.3

began = time.perf_counter()
for epoch in range(options.epochs):
    hidden = np.tanh(inputs @ first)
    error = hidden @ second - targets
    loss = float((error**2).mean())
    gradient = error * (2 / len(inputs))
    back = (gradient @ second.T) * (1 - hidden**2)
    second -= 0.2 * hidden.T @ gradient
    first -= 0.2 * inputs.T @ back
    if epoch % 50 == 0:
        print(f"epoch {epoch:4d}  loss {loss:.6f}", flush=True)

np.savez("model.npz", first=first, second=second)
with open("metrics.json", "w") as file:
    json.dump({"epochs": options.epochs, "loss": loss, "norm": float(np.linalg.norm(first))}, file)
print(f"trained in {time.perf_counter() - began:.3f} s, loss {loss:.6f}")
