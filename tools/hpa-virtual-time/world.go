package hpavirtualtime

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	autoscalingv1 "k8s.io/api/autoscaling/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	informersv2 "k8s.io/client-go/informers/autoscaling/v2"
	informersv1 "k8s.io/client-go/informers/core/v1"
	clientv2 "k8s.io/client-go/kubernetes/typed/autoscaling/v2"
	typedcore "k8s.io/client-go/kubernetes/typed/core/v1"
	listersv2 "k8s.io/client-go/listers/autoscaling/v2"
	listersv1 "k8s.io/client-go/listers/core/v1"
	scaleclient "k8s.io/client-go/scale"
	"k8s.io/client-go/tools/cache"
	"k8s.io/kubernetes/pkg/apis/autoscaling"
	"k8s.io/kubernetes/pkg/apis/autoscaling/install"
	"k8s.io/kubernetes/pkg/apis/autoscaling/validation"
	custommetrics "k8s.io/metrics/pkg/apis/custom_metrics/v1beta2"
	externalmetrics "k8s.io/metrics/pkg/apis/external_metrics/v1beta1"
	podmetrics "k8s.io/metrics/pkg/apis/metrics/v1beta1"
	metricsclient "k8s.io/metrics/pkg/client/clientset/versioned/typed/metrics/v1beta1"
	customclient "k8s.io/metrics/pkg/client/custom_metrics"
	externalclient "k8s.io/metrics/pkg/client/external_metrics"
)

const (
	namespace = "default"
	target    = "served"
	selector  = "app=served"
)

var apiScheme = func() *runtime.Scheme {
	made := runtime.NewScheme()
	install.Install(made)
	return made
}()

// store is an object as an API server stores it: strict JSON, defaults, validation, canonical quantities.
func store(spec json.RawMessage) (*autoscalingv2.HorizontalPodAutoscaler, error) {
	found := &autoscalingv2.HorizontalPodAutoscaler{}
	if err := json.Unmarshal(spec, &found.Spec); err != nil {
		return nil, err
	}
	found.Name, found.Namespace = "hpa", namespace
	found.Spec.ScaleTargetRef = autoscalingv2.CrossVersionObjectReference{APIVersion: "apps/v1", Kind: "Deployment", Name: target}
	apiScheme.Default(found)
	internal := &autoscaling.HorizontalPodAutoscaler{}
	if err := apiScheme.Convert(found.DeepCopy(), internal, nil); err != nil {
		return nil, err
	}
	reference := validation.CrossVersionObjectReferenceValidationOptions{AllowEmptyAPIGroup: true}
	options := validation.HorizontalPodAutoscalerSpecValidationOptions{
		MinReplicasLowerBound:           0,
		ScaleTargetRefValidationOptions: reference,
		ObjectMetricsValidationOptions:  reference,
	}
	if faults := validation.ValidateHorizontalPodAutoscaler(internal, options); len(faults) > 0 {
		return nil, faults.ToAggregate()
	}
	text, err := json.Marshal(found)
	if err != nil {
		return nil, err
	}
	stored := &autoscalingv2.HorizontalPodAutoscaler{}
	return stored, json.Unmarshal(text, stored)
}

// world is everything outside the controller: API objects, scale and metrics, all in memory.
type world struct {
	start time.Time
	now   Sync
	// left is what spec.replicas is after the sync; read counts the syncs since enter, written their updates.
	left          int32
	read, written int
	turn          chan struct{}
	hpas, podSet  cache.Indexer
	added         cache.ResourceEventHandler
}

func newWorld(start time.Time) *world {
	byNamespace := cache.Indexers{cache.NamespaceIndex: cache.MetaNamespaceIndexFunc}
	return &world{
		start:  start,
		turn:   make(chan struct{}),
		hpas:   cache.NewIndexer(cache.MetaNamespaceKeyFunc, byNamespace),
		podSet: cache.NewIndexer(cache.MetaNamespaceKeyFunc, byNamespace),
	}
}

func (w *world) at(offset Seconds) time.Time { return w.start.Add(time.Duration(offset)) }

func (w *world) hpa() *autoscalingv2.HorizontalPodAutoscaler {
	found, _, _ := w.hpas.GetByKey(namespace + "/hpa")
	return found.(*autoscalingv2.HorizontalPodAutoscaler)
}

// enter brings the world to its state at a sync.
func (w *world) enter(sync Sync) error {
	w.now, w.left, w.read, w.written = sync, sync.SpecReplicas, 0, 0
	objects := make([]any, 0, len(sync.pods()))
	for _, pod := range sync.pods() {
		objects = append(objects, w.pod(pod))
	}
	return w.podSet.Replace(objects, "")
}

func (w *world) pod(pod Pod) *corev1.Pod {
	made := &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Name: pod.Name, Namespace: namespace, Labels: map[string]string{"app": target}},
		Status:     corev1.PodStatus{Phase: pod.Phase},
	}
	if pod.Deleting {
		deleted := metav1.NewTime(w.at(w.now.T))
		made.DeletionTimestamp = &deleted
	}
	if pod.Started != nil {
		started := metav1.NewTime(w.at(*pod.Started))
		made.Status.StartTime = &started
	}
	if pod.Ready != nil {
		status := corev1.ConditionFalse
		if *pod.Ready {
			status = corev1.ConditionTrue
		}
		condition := corev1.PodCondition{Type: corev1.PodReady, Status: status, LastTransitionTime: metav1.NewTime(w.at(pod.ReadySince))}
		made.Status.Conditions = []corev1.PodCondition{condition}
	}
	for _, container := range pod.Containers {
		made.Spec.Containers = append(made.Spec.Containers, corev1.Container{
			Name: container.Name, Resources: corev1.ResourceRequirements{Requests: container.Requests},
		})
	}
	return made
}

// scale

type scales struct {
	scaleclient.ScaleInterface
	*world
}

func (w *world) Scales(string) scaleclient.ScaleInterface { return scales{world: w} }

// Get waits for the next sync's turn, so that a sync happens exactly when its history says. A second one in the same sync
// is the retry after a refused update.
func (s scales) Get(ctx context.Context, _ schema.GroupResource, _ string, _ metav1.GetOptions) (*autoscalingv1.Scale, error) {
	if s.written == 0 {
		select {
		case <-s.turn:
			s.read++
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	if s.now.ScaleError == "get" {
		return nil, errors.New("no scale")
	}
	found := &autoscalingv1.Scale{ObjectMeta: metav1.ObjectMeta{Name: target, Namespace: namespace}}
	found.Spec.Replicas, found.Status.Replicas, found.Status.Selector = s.now.SpecReplicas, s.now.StatusReplicas, selector
	switch s.now.Selector {
	case "missing":
		found.Status.Selector = ""
	case "invalid":
		found.Status.Selector = "!!"
	}
	return found, nil
}

func (s scales) Update(_ context.Context, _ schema.GroupResource, scale *autoscalingv1.Scale, _ metav1.UpdateOptions) (*autoscalingv1.Scale, error) {
	s.written++
	if s.now.ScaleError == "update" {
		return nil, apierrors.NewForbidden(schema.GroupResource{Resource: "deployments"}, target, errors.New("not allowed"))
	}
	s.left = scale.Spec.Replicas
	return scale, nil
}

// HPA status

type hpaClient struct {
	clientv2.HorizontalPodAutoscalerInterface
	*world
}

func (w *world) HorizontalPodAutoscalers(string) clientv2.HorizontalPodAutoscalerInterface {
	return hpaClient{world: w}
}

// UpdateStatus keeps the status alone, as the subresource does, with the time stamps that JSON keeps.
func (c hpaClient) UpdateStatus(_ context.Context, hpa *autoscalingv2.HorizontalPodAutoscaler, _ metav1.UpdateOptions) (*autoscalingv2.HorizontalPodAutoscaler, error) {
	stored := c.hpa().DeepCopy()
	stored.Status = hpa.Status
	return stored, c.hpas.Update(stored)
}

// metrics

type externalList struct{ *world }

type externals struct{ *world }

func (e externals) NamespacedMetrics(string) externalclient.MetricsInterface { return externalList(e) }

func (e externalList) List(name string, _ labels.Selector) (*externalmetrics.ExternalMetricValueList, error) {
	values, found := e.now.values(name)
	if !found {
		return nil, fmt.Errorf("metric %s is lost", name)
	}
	list := &externalmetrics.ExternalMetricValueList{}
	for _, value := range values {
		list.Items = append(list.Items, externalmetrics.ExternalMetricValue{MetricName: name, Value: value})
	}
	return list, nil
}

type customs struct{ *world }

func (c customs) RootScopedMetrics() customclient.MetricsInterface       { return c }
func (c customs) NamespacedMetrics(string) customclient.MetricsInterface { return c }

func (c customs) GetForObject(_ schema.GroupKind, _ string, name string, _ labels.Selector) (*custommetrics.MetricValue, error) {
	values, found := c.now.values(name)
	if !found {
		return nil, fmt.Errorf("metric %s is lost", name)
	}
	return &custommetrics.MetricValue{Value: values[0]}, nil
}

func (c customs) GetForObjects(_ schema.GroupKind, _ labels.Selector, name string, _ labels.Selector) (*custommetrics.MetricValueList, error) {
	list := &custommetrics.MetricValueList{}
	for _, pod := range c.now.pods() {
		if text, found := pod.Custom[name]; found {
			value := custommetrics.MetricValue{DescribedObject: corev1.ObjectReference{Name: pod.Name}}
			if err := value.Value.UnmarshalJSON([]byte(text)); err != nil {
				return nil, err
			}
			list.Items = append(list.Items, value)
		}
	}
	return list, nil
}

type usage struct {
	metricsclient.PodMetricsInterface
	*world
}

type usages struct{ *world }

func (u usages) PodMetricses(string) metricsclient.PodMetricsInterface { return usage{world: u.world} }

func (u usage) List(context.Context, metav1.ListOptions) (*podmetrics.PodMetricsList, error) {
	list := &podmetrics.PodMetricsList{}
	for _, pod := range u.now.pods() {
		if pod.Usage == nil || !*pod.Usage {
			continue
		}
		item := podmetrics.PodMetrics{
			ObjectMeta: metav1.ObjectMeta{Name: pod.Name, Namespace: namespace},
			Timestamp:  metav1.NewTime(u.at(pod.UsageAt)),
			Window:     metav1.Duration{Duration: time.Duration(pod.UsageWindow)},
		}
		for _, container := range pod.Containers {
			if container.Usage != nil {
				item.Containers = append(item.Containers, podmetrics.ContainerMetrics{Name: container.Name, Usage: container.Usage})
			}
		}
		list.Items = append(list.Items, item)
	}
	return list, nil
}

// informers

type informer struct {
	cache.SharedIndexInformer
	*world
}

func (i informer) AddEventHandlerWithResyncPeriod(handler cache.ResourceEventHandler, _ time.Duration) (cache.ResourceEventHandlerRegistration, error) {
	i.added = handler
	return nil, nil
}

func (i informer) HasSynced() bool { return true }

type hpaInformer struct{ *world }

func (i hpaInformer) Informer() cache.SharedIndexInformer { return informer{world: i.world} }
func (i hpaInformer) Lister() listersv2.HorizontalPodAutoscalerLister {
	return listersv2.NewHorizontalPodAutoscalerLister(i.hpas)
}

type podInformer struct{ *world }

func (i podInformer) Informer() cache.SharedIndexInformer { return informer{world: i.world} }
func (i podInformer) Lister() listersv1.PodLister         { return listersv1.NewPodLister(i.podSet) }

var (
	_ informersv2.HorizontalPodAutoscalerInformer = hpaInformer{}
	_ informersv1.PodInformer                     = podInformer{}
)

// events go nowhere

type noEvents struct{ typedcore.EventInterface }

type events struct{}

func (events) Events(string) typedcore.EventInterface { return noEvents{} }

func (noEvents) CreateWithEventNamespace(event *corev1.Event) (*corev1.Event, error) {
	return event, nil
}

func (noEvents) UpdateWithEventNamespace(event *corev1.Event) (*corev1.Event, error) {
	return event, nil
}

func (noEvents) PatchWithEventNamespace(event *corev1.Event, _ []byte) (*corev1.Event, error) {
	return event, nil
}
