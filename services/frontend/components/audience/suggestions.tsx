import { Button } from "react-aria-components/Button";

const QUESTIONS = [
  "Why do trains bunch up?",
  "Explain a queue to a five-year-old",
  "What does a GPU do all day?",
];

/** First questions for those who stand in front of an empty field. */
export function Suggestions({ onPick }: { onPick: (question: string) => void }) {
  return (
    <section aria-labelledby="suggestions" className="suggestions">
      <h2 id="suggestions">Or start with</h2>
      <ul>
        {QUESTIONS.map((question) => (
          <li key={question}>
            <Button className="chip" onPress={() => onPick(question)}>
              {question}
            </Button>
          </li>
        ))}
      </ul>
    </section>
  );
}
