/**
 * What users see of a storm: the terminal during the storm, the table at its end, and the page that
 * {@code --report} writes. All of it derives from {@link dev.rheo.storm.result} alone.
 */
@NullMarked
package dev.rheo.storm.view;

import org.jspecify.annotations.NullMarked;
