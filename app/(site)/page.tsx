export default function Home() {
  return (
    <div className="frame">
      <h1 className="text-display">Test 123</h1>
    </div>
  )
}
