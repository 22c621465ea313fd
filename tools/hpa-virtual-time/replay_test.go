package hpavirtualtime

import (
	"bufio"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-logr/logr"
	appsv1 "k8s.io/api/apps/v1"
	apimeta "k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/runtime/schema"
	utilruntime "k8s.io/apimachinery/pkg/util/runtime"
	"k8s.io/klog/v2"
	"k8s.io/kubernetes/pkg/controller/podautoscaler"
	"k8s.io/kubernetes/pkg/controller/podautoscaler/metrics"
)

var (
	histories = flag.String("histories", "/dev/stdin", "JSON lines to replay")
	answers   = flag.String("answers", "", "file for the answers, one a line")
)

// pause between the end of a sync and the controller's next look, which then waits for its turn.
const pause = time.Microsecond

func TestMain(m *testing.M) {
	flag.Parse()
	klog.SetLogger(logr.Discard())
	// The last handler sleeps by a clock that outlives a bubble.
	utilruntime.ErrorHandlers = nil
	os.Exit(m.Run())
}

func TestReplay(t *testing.T) {
	if *answers == "" {
		t.Skip("no -answers FILE")
	}
	in, err := os.Open(*histories)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	out, err := os.Create(*answers)
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	lines := bufio.NewReaderSize(in, 1<<20)
	buffered := bufio.NewWriter(out)
	decoder, encoder := json.NewDecoder(lines), json.NewEncoder(buffered)
	for decoder.More() {
		var history History
		if err := decoder.Decode(&history); err != nil {
			t.Fatal(err)
		}
		if err := encoder.Encode(replay(t, history)); err != nil {
			t.Fatal(err)
		}
	}
	if err := buffered.Flush(); err != nil {
		t.Fatal(err)
	}
}

func replay(t *testing.T, history History) Answer {
	answer := Answer{ID: history.ID}
	synctest.Test(t, func(t *testing.T) {
		if err := run(history, &answer); err != nil {
			answer = Answer{ID: history.ID, Error: err.Error()}
		}
	})
	return answer
}

// run plays one history inside a bubble; every goroutine ends before it returns.
func run(history History, answer *Answer) error {
	first, err := store(history.HPA)
	if err != nil {
		return err
	}
	w := newWorld(time.Now().Add(time.Hour))
	if err := w.hpas.Add(first); err != nil {
		return err
	}
	stop := start(w, history)
	defer func() { stop() }()
	for k, sync := range history.Syncs {
		if sync.Restart {
			stop()
			stop = start(w, history)
		}
		if sync.HPA != nil {
			changed, err := store(sync.HPA)
			if err != nil {
				return fmt.Errorf("sync %d: %w", k, err)
			}
			changed.Status = w.hpa().Status
			if err := w.hpas.Update(changed); err != nil {
				return err
			}
		}
		if err := w.enter(sync); err != nil {
			return err
		}
		time.Sleep(time.Until(w.at(sync.T)))
		synctest.Wait()
		w.turn <- struct{}{}
		synctest.Wait()
		if w.read != 1 {
			return fmt.Errorf("sync %d read the scale %d times", k, w.read)
		}
		answer.Replicas = append(answer.Replicas, w.left)
		reasons := map[string]string{}
		for _, condition := range w.hpa().Status.Conditions {
			reasons[string(condition.Type)] = condition.Reason
		}
		answer.Reasons = append(answer.Reasons, reasons)
	}
	return nil
}

// start runs a controller that knows nothing of the past; the function it returns ends it.
func start(w *world, history History) func() {
	ctx, cancel := context.WithCancel(klog.NewContext(context.Background(), logr.Discard()))
	mapper := apimeta.NewDefaultRESTMapper([]schema.GroupVersion{appsv1.SchemeGroupVersion})
	mapper.Add(appsv1.SchemeGroupVersion.WithKind("Deployment"), apimeta.RESTScopeNamespace)
	tolerance := 0.1
	if history.Tolerance != nil {
		tolerance = *history.Tolerance
	}
	controller := podautoscaler.NewHorizontalController(
		ctx, events{}, w, w, mapper,
		metrics.NewRESTMetricsClient(usages{w}, customs{w}, externals{w}),
		hpaInformer{w}, podInformer{w}, pause,
		seconds(history.DownscaleWindowSeconds, 5*time.Minute), tolerance,
		seconds(history.CPUInitializationPeriod, 5*time.Minute), seconds(history.ReadinessDelay, 30*time.Second),
	)
	w.added.OnAdd(w.hpa(), true)
	ended := make(chan struct{})
	go func() { controller.Run(ctx, 1); close(ended) }()
	synctest.Wait()
	return func() { cancel(); <-ended; synctest.Wait() }
}

func seconds(stated *Seconds, otherwise time.Duration) time.Duration {
	if stated == nil {
		return otherwise
	}
	return time.Duration(*stated)
}
