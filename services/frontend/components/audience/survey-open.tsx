import { Button } from "react-aria-components/Button";
import { Notice } from "@/components/shell/notice.tsx";

/** The way to the survey for somebody who still reads or types. */
export function SurveyOpen({ onGo }: { onGo: () => void }) {
  return (
    <Notice tone="good" title="The survey is open">
      <Button className="primary" onPress={onGo}>
        Go to the survey
      </Button>
    </Notice>
  );
}
