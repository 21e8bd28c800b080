-- Which responses were behind which releases.
SELECT response_key, since, until, version, cell_key
FROM release_response
ORDER BY response_key, since
