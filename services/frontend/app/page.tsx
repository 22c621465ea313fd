import { Audience } from "@/components/audience/audience.tsx";
import { Page } from "@/components/shell/page.tsx";
import "@/styles/audience.css";

export default function AudiencePage() {
  return (
    <Page className="audience">
      <Audience />
    </Page>
  );
}
