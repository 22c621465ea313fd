import type { Metadata } from "next";
import { Presenter } from "@/components/presenter/presenter.tsx";
import { Page } from "@/components/shell/page.tsx";
import "@/styles/presenter.css";

export const metadata: Metadata = { title: "Presenter · Headway" };

export default function PresenterPage() {
  return (
    <Page className="presenter">
      <Presenter />
    </Page>
  );
}
