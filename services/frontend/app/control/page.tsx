import type { Metadata } from "next";
import { ControlRoom } from "@/components/control/control-room.tsx";
import { Page } from "@/components/shell/page.tsx";
import "@/styles/control.css";
import "@/styles/decisions.css";
import "@/styles/line-map.css";
import "@/styles/stage.css";

export const metadata: Metadata = { title: "Control room · Headway" };

export default function ControlPage() {
  return (
    <Page className="control">
      <ControlRoom />
    </Page>
  );
}
