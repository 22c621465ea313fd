package main

import (
	"bytes"
	"fmt"
	"strconv"
)

// The bytes of vLLM 0.32.0 as recorded, with printable text.
const (
	chat = `{"id":"chatcmpl-9cd186da24486cd7","object":"chat.completion","created":1795219021,"model":"tiny","choices":[{"index":0,` +
		`"message":{"role":"assistant","content":"The sky is","refusal":null,"annotations":null,"audio":null,"function_call":null,` +
		`"reasoning":null},"logprobs":null,"finish_reason":"length","stop_reason":null,"token_ids":null,"routed_experts":null}],` +
		`"service_tier":null,"system_fingerprint":"vllm-0.32.0-b60a0ebe","usage":{"prompt_tokens":19,"total_tokens":24,` +
		`"completion_tokens":5,"prompt_tokens_details":null,"completion_tokens_details":null},"prompt_logprobs":null,` +
		`"prompt_token_ids":null,"prompt_text":null,"kv_transfer_params":null,"ec_transfer_params":null,"metrics":null}`
	models = `{"object":"list","data":[{"id":"tiny","object":"model","created":1795219020,"owned_by":"vllm","root":"tiny",` +
		`"parent":null,"max_model_len":1024,"permission":[]}]}`
	chunkHead = `{"id":"chatcmpl-a28e61e4bae45b40","object":"chat.completion.chunk","created":1795219021,"model":"tiny","choices":[{"index":0,`
	opening   = chunkHead + `"delta":{"role":"assistant","content":""},"logprobs":null,"finish_reason":null}],"prompt_token_ids":null,"prompt_text":null}`
	token     = chunkHead + `"delta":{"content":" blue"},"logprobs":null,"finish_reason":null,"token_ids":null}]}`
	last      = chunkHead + `"delta":{"content":" blue"},"logprobs":null,"finish_reason":"length","stop_reason":null,"token_ids":null}]}`

	streamHead = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream; charset=utf-8\r\ntransfer-encoding: chunked\r\n\r\n"
)

var (
	chatResponse   = jsonResponse(chat)
	modelsResponse = jsonResponse(models)
	openingPart    = append([]byte(streamHead), event(opening)...)
	tokenPart      = event(token)
	lastPart       = event(last)
	streamEnd      = append(event("[DONE]"), "0\r\n\r\n"...)
)

func jsonResponse(body string) []byte {
	return fmt.Appendf(nil, "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%s", len(body), body)
}

// Event is one server-sent event as one chunk of the transfer encoding.
func event(data string) []byte {
	text := "data: " + data + "\n\n"
	return fmt.Appendf(nil, "%x\r\n%s\r\n", len(text), text)
}

func streamPart(i, events int) []byte {
	switch {
	case i == 0:
		return openingPart
	case i == events-1:
		return lastPart
	default:
		return tokenPart
	}
}

type question struct {
	stream bool
	events int
}

// Parse finds the two fields that matter without decoding the rest: `stream`, and the limit of tokens, one event each.
func parse(body []byte) question {
	asked := question{stream: bytes.HasPrefix(value(body, "stream"), []byte("true")), events: 16}
	for _, name := range []string{"max_tokens", "max_completion_tokens"} {
		digits := value(body, name)
		end := 0
		for end < len(digits) && digits[end] >= '0' && digits[end] <= '9' {
			end++
		}
		if count, err := strconv.Atoi(string(digits[:end])); err == nil && count > 0 {
			asked.events = count
		}
	}
	return asked
}

func value(body []byte, name string) []byte {
	_, after, found := bytes.Cut(body, []byte(`"`+name+`":`))
	if !found {
		return nil
	}
	return bytes.TrimLeft(after, " ")
}
