import { useState } from "react";
import { useOutbox } from "@/hooks/use-outbox.ts";
import type { Connection } from "@/lib/api/request.ts";
import type { Answer, Rating } from "@/lib/api/types.ts";
import type { Outbox } from "@/lib/outbox.ts";
import type { PageStorage } from "@/lib/page-storage.ts";

/** What stands in the form. */
export type Fields = { rating: Rating | null; company: string; nickname: string };

export type SurveyControls = {
  outbox: Outbox;
  fields: Fields;
  change: (changed: Partial<Fields>) => void;
  /** Sends what stands in the form; does nothing while a rating or a company is missing. */
  send: () => void;
};

const EMPTY: Fields = { rating: null, company: "", nickname: "" };

/** The survey of this phone. It is held by the page, whatever the page shows: fields keep what was typed, an answer is sent. */
export function useSurvey(gateway: Connection, storage: PageStorage): SurveyControls {
  const { outbox, submit } = useOutbox(gateway, storage);
  const [typed, setTyped] = useState<Fields | null>(null);
  const fields = typed ?? (outbox.state === "returned" ? fieldsOf(outbox.answer) : EMPTY);
  const send = () => {
    const [company, nickname] = [fields.company.trim(), fields.nickname.trim()];
    if (!fields.rating || !company) return;
    submit({ rating: fields.rating, company, nickname });
    setTyped(null);
  };
  return { outbox, fields, change: (changed) => setTyped({ ...fields, ...changed }), send };
}

const fieldsOf = ({ rating, company, nickname = "" }: Answer): Fields => ({ rating, company, nickname });
