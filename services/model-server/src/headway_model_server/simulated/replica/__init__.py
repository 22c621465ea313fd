"""What is simulated: the engine's arguments, the model behind them, and the replica they make."""
