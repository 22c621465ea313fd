import { FieldError } from "react-aria-components/FieldError";
import { Label } from "react-aria-components/Label";
import { Radio, RadioGroup } from "react-aria-components/RadioGroup";
import type { Rating } from "@/lib/api/types.ts";

const RATINGS: readonly (readonly [Rating, string])[] = [
  [1, "Poor"],
  [2, "Fair"],
  [3, "Good"],
  [4, "Very good"],
  [5, "Excellent"],
];

type Props = { rating: Rating | null; onChange: (rating: Rating) => void; missing: boolean };

/** From 1, poor, to 5, excellent: stations on a line. */
export function RatingField({ rating, onChange, missing }: Props) {
  return (
    <RadioGroup
      className="rating"
      orientation="horizontal"
      value={rating ? String(rating) : null}
      onChange={(value) => onChange(Number(value) as Rating)}
      isRequired
      validationBehavior="aria"
      isInvalid={missing}
    >
      <Label>Your rating</Label>
      <div className="rating-line">
        {RATINGS.map(([value, word]) => (
          <Radio key={value} value={String(value)} className="station" aria-label={`${value}, ${word}`}>
            <span className="station-dot">{value}</span>
          </Radio>
        ))}
      </div>
      <div className="rating-ends" aria-hidden="true">
        <span>Poor</span>
        <span>{RATINGS.find(([value]) => value === rating)?.[1] ?? ""}</span>
        <span>Excellent</span>
      </div>
      <FieldError>Choose a number from 1 to 5.</FieldError>
    </RadioGroup>
  );
}
