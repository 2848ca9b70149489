/** The ledger: accounts for all memory that requests and connections occupy. */
@NullMarked
package dev.rheo.edge.ledger;

import org.jspecify.annotations.NullMarked;
