"""Charts: one chart is one Argo CD Application and one folder of `dist/<env>/`."""
