import { Button } from "react-aria-components/Button";
import { Notice } from "@/components/shell/notice.tsx";
import { NoticePlace } from "@/components/shell/notice-place.tsx";
import type { AnswerState } from "@/hooks/use-answer.ts";
import { useSecondsLeft } from "@/hooks/use-seconds-left.ts";
import { useSecondsSince } from "@/hooks/use-seconds-since.ts";
import { questionFailed } from "@/lib/words.ts";

/** A model server that is awake answers well within this; beyond it one is starting. */
const SLOW_SECONDS = 4;

type Props = { answer: AnswerState; onAgain: (question: string) => void };

/** How the question fares when it is not simply being answered. */
export function AnswerNotice(props: Props) {
  return (
    <NoticePlace>
      <NoticeOn {...props} />
    </NoticePlace>
  );
}

function NoticeOn({ answer, onAgain }: Props) {
  const waited = useSecondsSince(answer.phase === "waiting");
  const left = useSecondsLeft(answer.phase === "failed" ? answer.retryAt : null);
  if (answer.phase === "waiting" && waited >= SLOW_SECONDS) {
    return (
      <Notice tone="waiting" title="In the queue">
        {/* The count is for eyes: read out each second it would drown everything else. */}
        All model servers are busy or starting. Your place is kept. <span aria-hidden="true">{waited} s</span>
      </Notice>
    );
  }
  if (answer.phase !== "failed") return null;
  const words = questionFailed(answer.failure, answer.text !== "");
  return (
    <Notice tone={answer.failure.kind === "busy" ? "waiting" : "alarm"} title={words.title}>
      <p>{words.text}</p>
      {answer.failure.kind === "refused" ? null : (
        // Seconds that are counted down are not told one by one.
        <div aria-live="off">
          <Button isDisabled={left > 0} onPress={() => onAgain(answer.question)}>
            {left > 0 ? `Ask again in ${left} s` : "Ask again"}
          </Button>
        </div>
      )}
    </Notice>
  );
}
