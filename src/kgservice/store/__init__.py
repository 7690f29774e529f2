"""Who answers SPARQL, and how an answer is serialised."""
