// Evaluates scaling formulas as KEDA does, with KEDA's own version of expr-lang/expr.
//
//	in   {"formula": "running + waiting * 10", "values": {"running": 3, "waiting": null, "held": "NaN"}}
//	out  {"compiles": true, "error": "", "value": "23", "milli": 23000}
//
// One JSON object a line. The keys of values are the names of the triggers; null is a trigger that is lost; a string is
// read as a number, for NaN and infinities. value is absent where the formula is nil or fails; error says which.
//
// The steps are those of kedacore/keda v2.20.2: castToFloatIfNecessary and validateScalingModifiersFormula in
// apis/keda/v1alpha1/scaledobject_webhook.go, calculateScalingModifiersFormula in pkg/scaling/modifiers/formula.go.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"strings"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/vm"
)

type question struct {
	Formula string         `json:"formula"`
	Values  map[string]any `json:"values"`
}

type answer struct {
	Compiles bool    `json:"compiles"`
	Error    string  `json:"error"`
	Value    *string `json:"value,omitempty"`
	Milli    *int64  `json:"milli,omitempty"`
}

func main() {
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(make([]byte, 0, 1<<16), 1<<24)
	out := json.NewEncoder(os.Stdout)
	for lines.Scan() {
		var asked question
		if err := json.Unmarshal(lines.Bytes(), &asked); err != nil {
			fmt.Fprintln(os.Stderr, "error:", err)
			os.Exit(2)
		}
		if err := out.Encode(evaluate(asked)); err != nil {
			os.Exit(1)
		}
	}
	if err := lines.Err(); err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}

func evaluate(asked question) (given answer) {
	defer func() {
		if panicked := recover(); panicked != nil {
			given = answer{Error: fmt.Sprintf("panic: %v", panicked)}
		}
	}()
	program, err := admit(asked)
	if err != nil {
		return answer{Error: err.Error()}
	}
	value, err := run(program, asked.Values)
	if err != nil {
		return answer{Compiles: true, Error: err.Error()}
	}
	text := strconv.FormatFloat(value, 'g', -1, 64)
	milli := int64(value * 1000)
	return answer{Compiles: true, Value: &text, Milli: &milli}
}

func admit(asked question) (*vm.Program, error) {
	if asked.Formula == "" {
		return nil, fmt.Errorf("error ScalingModifiers.Formula is mandatory")
	}
	triggers := make(map[string]float64)
	for name := range asked.Values {
		triggers[name] = -1.0
	}
	program, err := expr.Compile(castToFloat(asked.Formula), expr.Env(triggers))
	if err != nil {
		return nil, err
	}
	_, err = expr.Run(program, triggers)
	return program, err
}

func castToFloat(formula string) string {
	if strings.Contains(formula, "??") {
		if strings.HasPrefix(formula, "let _kedaCompositeResult = ") {
			return formula
		}
		return "let _kedaCompositeResult = (" + formula + "); _kedaCompositeResult == nil ? nil : float(_kedaCompositeResult)"
	}
	if strings.HasPrefix(formula, "float(") {
		return formula
	}
	return "float(" + formula + ")"
}

func run(program *vm.Program, values map[string]any) (float64, error) {
	data := make(map[string]any)
	for name, value := range values {
		number, err := read(value)
		if err != nil {
			return 0, err
		}
		data[name] = number
	}
	result, err := expr.Run(program, data)
	if err != nil {
		return 0, err
	}
	if result == nil {
		return 0, fmt.Errorf("nil")
	}
	number, is := result.(float64)
	if !is {
		return 0, fmt.Errorf("formula returned non-float result %T (%v)", result, result)
	}
	return number, nil
}

func read(value any) (any, error) {
	switch value := value.(type) {
	case nil, float64:
		return value, nil
	case string:
		return strconv.ParseFloat(value, 64)
	default:
		return nil, fmt.Errorf("%v is no number", value)
	}
}
