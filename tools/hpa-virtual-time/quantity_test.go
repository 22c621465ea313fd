package hpavirtualtime

import (
	"bufio"
	"encoding/json"
	"flag"
	"os"
	"strconv"
	"testing"

	"k8s.io/apimachinery/pkg/api/resource"
)

var quantities = flag.String("quantities", "", "JSON lines of texts to read as quantities")

// TestQuantities answers what each text is as a quantity: stored text, thousandths, float of the stored text.
func TestQuantities(t *testing.T) {
	if *quantities == "" {
		t.Skip("no -quantities FILE")
	}
	in, err := os.Open(*quantities)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	out, err := os.Create(*answers)
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	encoder, lines := json.NewEncoder(out), bufio.NewScanner(in)
	for lines.Scan() {
		var text string
		if err := json.Unmarshal(lines.Bytes(), &text); err != nil {
			t.Fatal(err)
		}
		if err := encoder.Encode(read(text)); err != nil {
			t.Fatal(err)
		}
	}
}

func read(text string) []string {
	found, err := resource.ParseQuantity(text)
	if err != nil {
		return nil
	}
	canonical := found.String()
	milli := strconv.FormatInt(found.MilliValue(), 10)
	stored, err := resource.ParseQuantity(canonical)
	if err != nil {
		return []string{canonical, milli, "", ""}
	}
	float := strconv.FormatFloat(stored.AsApproximateFloat64(), 'x', -1, 64)
	return []string{canonical, milli, strconv.FormatInt(stored.MilliValue(), 10), float}
}
