/** The ledger: who pays for the memory that lives because of somebody's request. */
@NullMarked
package dev.rheo.edge.ledger;

import org.jspecify.annotations.NullMarked;
