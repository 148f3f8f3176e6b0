// Never ends, to see a time-out: npx opengpu submit examples/endless.mjs --timeout 5 --wait
console.log('still here')
setInterval(() => {}, 1000)
