import type { FormEvent, KeyboardEvent } from "react";
import { Button } from "react-aria-components/Button";
import { Label } from "react-aria-components/Label";
import { TextArea } from "react-aria-components/TextArea";
import { TextField } from "react-aria-components/TextField";

const QUESTION_MAX_LENGTH = 500;

type Props = {
  question: string;
  onChange: (question: string) => void;
  busy: boolean;
  onAsk: (question: string) => void;
  onStop: () => void;
};

/** The question and its one button, which becomes the stop button while an answer is made. */
export function QuestionForm({ question, onChange, busy, onAsk, onStop }: Props) {
  const asked = question.trim();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!busy && asked) onAsk(asked);
  };
  const submitOnEnter = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    if (event.key === "Enter" && !event.shiftKey && !event.nativeEvent.isComposing) submit(event);
  };
  return (
    <form className="question" onSubmit={submit}>
      <TextField value={question} onChange={onChange} maxLength={QUESTION_MAX_LENGTH}>
        <Label>Your question</Label>
        <TextArea rows={3} enterKeyHint="send" autoComplete="off" onKeyDown={submitOnEnter} />
      </TextField>
      {busy ? (
        <Button key="stop" type="button" className="stop" onPress={onStop}>
          Stop
        </Button>
      ) : (
        <Button key="ask" type="submit" className="primary" isDisabled={!asked}>
          Ask
        </Button>
      )}
    </form>
  );
}
