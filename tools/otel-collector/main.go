// The OpenTelemetry collector with the components that Headway renders configuration for, and file discovery in place of Kubernetes'.
package main

import (
	"log"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/otelcol"
)

func main() {
	info := component.BuildInfo{Command: "otel-collector", Description: "the parts that Headway renders", Version: "local"}
	settings := otelcol.CollectorSettings{BuildInfo: info, Factories: components, ConfigProviderSettings: providers()}
	if err := otelcol.NewCommand(settings).Execute(); err != nil {
		log.Fatal(err)
	}
}
