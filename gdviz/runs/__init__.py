"""Running: configs, the engine, trajectories and why a run stopped."""
