"""What every EKS add-on has in common: it is pinned to the build that AWS lists for one Kubernetes minor."""

from datetime import date

KUBERNETES = "1.35"
"""Minor that the builds below were listed for; another minor has other builds."""
SOURCE = (
    "aws eks describe-addon-versions --kubernetes-version 1.35, default builds, "
    "as recorded in public Terraform on 2026-08-04 (vpc-cni, coredns, kube-proxy, agent, ebs, metrics-server)"
)
AS_OF = date(2026, 8, 4)
NAMESPACE = "kube-system"
