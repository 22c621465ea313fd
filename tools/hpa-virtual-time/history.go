// Package hpavirtualtime replays histories through the real HorizontalPodAutoscaler controller under a virtual clock.
//
// The format is that of `headway law --replay`, one JSON object a line; docs/reference/hpa-replay.md describes it.
package hpavirtualtime

import (
	"encoding/json"
	"fmt"
	"math/big"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
)

// Seconds is a JSON number of seconds, read to the nanosecond.
type Seconds time.Duration

// UnmarshalJSON reads without a detour through a float.
func (s *Seconds) UnmarshalJSON(text []byte) error {
	value, ok := new(big.Rat).SetString(string(text))
	if !ok {
		return fmt.Errorf("%s is no number of seconds", text)
	}
	value.Mul(value, big.NewRat(int64(time.Second), 1))
	nanoseconds := new(big.Int).Div(value.Num(), value.Denom())
	*s = Seconds(nanoseconds.Int64())
	return nil
}

// History is what a controller saw, sync by sync.
type History struct {
	ID                      json.RawMessage `json:"id"`
	HPA                     json.RawMessage `json:"hpa"`
	SyncSeconds             Seconds         `json:"sync_seconds"`
	DownscaleWindowSeconds  *Seconds        `json:"downscale_window_seconds"`
	Tolerance               *float64        `json:"tolerance"`
	CPUInitializationPeriod *Seconds        `json:"cpu_initialization_seconds"`
	ReadinessDelay          *Seconds        `json:"readiness_delay_seconds"`
	Syncs                   []Sync          `json:"syncs"`
}

// Sync is the state of the world at one sync.
type Sync struct {
	T              Seconds                    `json:"t"`
	SpecReplicas   int32                      `json:"spec_replicas"`
	StatusReplicas int32                      `json:"status_replicas"`
	PodsReady      int                        `json:"pods_ready"`
	Metric         *string                    `json:"metric"`
	Metrics        map[string]json.RawMessage `json:"metrics"`
	Pods           *[]Pod                     `json:"pods"`
	HPA            json.RawMessage            `json:"hpa"`
	Restart        bool                       `json:"restart"`
	ScaleError     string                     `json:"scale_error"`
	Selector       string                     `json:"selector"`
}

// Pod is one pod under the target's selector.
type Pod struct {
	Name        string            `json:"name"`
	Phase       corev1.PodPhase   `json:"phase"`
	Ready       *bool             `json:"ready"`
	ReadySince  Seconds           `json:"ready_since"`
	Started     *Seconds          `json:"started"`
	Deleting    bool              `json:"deleting"`
	Containers  []Container       `json:"containers"`
	Usage       *bool             `json:"measured"`
	UsageAt     Seconds           `json:"measured_at"`
	UsageWindow Seconds           `json:"measured_over"`
	Custom      map[string]string `json:"custom"`
}

// Container asks for resources and uses them.
type Container struct {
	Name     string                                    `json:"name"`
	Requests map[corev1.ResourceName]resource.Quantity `json:"requests"`
	Usage    map[corev1.ResourceName]resource.Quantity `json:"usage"`
}

// Answer is what the controller left at each sync.
type Answer struct {
	ID       json.RawMessage     `json:"id"`
	Replicas []int32             `json:"replicas,omitempty"`
	Reasons  []map[string]string `json:"reasons,omitempty"`
	Error    string              `json:"error,omitempty"`
}

// values of an external or object metric at a sync; false when it is lost.
func (s Sync) values(name string) ([]resource.Quantity, bool) {
	raw, named := s.Metrics[name]
	if !named {
		if s.Metric == nil {
			return nil, false
		}
		return []resource.Quantity{resource.MustParse(*s.Metric)}, true
	}
	var many []resource.Quantity
	if json.Unmarshal(raw, &many) == nil {
		return many, len(many) > 0
	}
	var one resource.Quantity
	if string(raw) == "null" || json.Unmarshal(raw, &one) != nil {
		return nil, false
	}
	return []resource.Quantity{one}, true
}

// pods under the selector: the stated ones, else as many as the counts tell.
func (s Sync) pods() []Pod {
	if s.Pods != nil {
		return *s.Pods
	}
	found := make([]Pod, max(int(s.StatusReplicas), s.PodsReady))
	for i := range found {
		ready := i < s.PodsReady
		found[i] = Pod{Name: fmt.Sprintf("pod-%d", i), Phase: corev1.PodRunning, Ready: &ready}
	}
	return found
}
