export default function NotFound() {
  return (
    <main className="alone">
      <h1>Nothing stops here</h1>
      <p>
        There is no page at this address. <a href="/">Go to the audience page</a>
      </p>
    </main>
  );
}
