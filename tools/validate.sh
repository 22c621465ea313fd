#!/usr/bin/env bash
# kubeconform -strict over everything rendered. Two opinions where upstream's schemas are at hand, one where not.
#   HEADWAY_UPSTREAM=FOLDER   a folder with schemas/ (built-in kinds in schemas/kubernetes-<version>/); default ../shared
set -euo pipefail
kubernetes=${KUBERNETES:-1.35}
upstream=${HEADWAY_UPSTREAM:-../shared}/schemas
template='{{.Group}}/{{.ResourceKind}}_{{.ResourceAPIVersion}}.json'
validate() { build/bin/kubeconform -strict -n 4 -output text "$@" dist apps argocd/{dev,staging,prod}; }

.venv/bin/python tools/schemas.py --kubernetes "$kubernetes"
validate -schema-location "build/schemas/kubernetes/$template" -schema-location "build/schemas/kinds/$template"
if [ -d "$upstream/kubernetes-$kubernetes" ]; then
  validate -schema-location "$upstream/kubernetes-$kubernetes/$template" -schema-location "$upstream/$template"
else
  echo "note: no upstream schemas in $upstream; custom resources were checked against Headway's own only" >&2
fi
