"""The namespaces of Headway's own; controllers bring theirs."""

INFERENCE = "headway-inference"
GATEWAY = "headway-gateway"
FRONTEND = "headway-frontend"
METRICS = "headway-metrics"
