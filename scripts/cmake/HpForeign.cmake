# SPDX-License-Identifier: Apache-2.0
# Parsers that are not ours. Each becomes the target hp_<name>: the given build
# (-DHP_<NAME>_LIBRARY=/path, with HP_<NAME>_INCLUDE_DIR and, for what it needs,
# HP_<NAME>_EXTRA_LIBRARIES), for instance one that scripts/target-source
# fetched and that is instrumented; else the system's. The build says which.

# Those of the GPL and LGPL-3 are linked on request only and never installed.
option(HP_COPYLEFT_TARGETS
  "link libregf (LGPL-3) and regfi (GPL-3): harnesses and back ends" OFF)

option(HP_TARGET_SOURCES
  "build the other parsers from source, instrumented (scripts/target-source)" OFF)

# Fetches and builds `package` with this build's compiler and sanitizers, once
# for each set of them, and sets the three variables of a given build and
# <NAME>_SOURCE, which says what it is. Where that is not possible they stay
# empty.
function(hp_target_source NAME package)
  set(out ${PROJECT_BINARY_DIR}/targets/${package})
  set(flags "${CMAKE_C_FLAGS} -O1 -g -fno-omit-frame-pointer")
  if(HP_SANITIZE)
    string(APPEND flags " -fsanitize=${HP_SANITIZE} -fno-sanitize-recover=all")
  endif()
  set(with "${CMAKE_C_COMPILER} ${flags}")
  if(EXISTS ${out}/with)
    file(READ ${out}/with before)
  endif()
  if(NOT EXISTS ${out}/arguments OR NOT "${before}" STREQUAL "${with}")
    file(REMOVE_RECURSE ${out})
    message(STATUS "${package}: from source, which takes a few minutes")
    execute_process(COMMAND ${CMAKE_COMMAND} -E env CC=${CMAKE_C_COMPILER}
        CFLAGS=${flags} ${PROJECT_SOURCE_DIR}/scripts/target-source ${package}
        ${PROJECT_SOURCE_DIR}/build/sources ${out}
      OUTPUT_VARIABLE said ERROR_VARIABLE why RESULT_VARIABLE result)
    if(NOT result EQUAL 0)
      message(STATUS "${why}")
      return()
    endif()
    file(WRITE ${out}/arguments "${said}")
    file(WRITE ${out}/with "${with}")
  endif()
  file(STRINGS ${out}/arguments first LIMIT_COUNT 1)
  string(REGEX REPLACE ": .*" ", built with ${CMAKE_C_COMPILER} ${flags}" first
    "${first}")
  set(${NAME}_SOURCE "${first}" PARENT_SCOPE)
  file(STRINGS ${out}/arguments lines REGEX "^-DHP_")
  foreach(line IN LISTS lines)
    string(REGEX MATCH "^-D(HP_[A-Z_]+)=(.*)$" _ "${line}")
    set(${CMAKE_MATCH_1} "${CMAKE_MATCH_2}" PARENT_SCOPE)
  endforeach()
endfunction()

# hp_foreign(<name> PACKAGE package HEADER header LIBRARIES library...) sets
# <NAME>_FOUND
function(hp_foreign name)
  cmake_parse_arguments(ARG "" "PACKAGE;HEADER" "LIBRARIES" ${ARGN})
  string(TOUPPER ${name} NAME)
  set(HP_${NAME}_LIBRARY "" CACHE FILEPATH "a build of ${name} to link")
  set(HP_${NAME}_INCLUDE_DIR "" CACHE PATH "its headers")
  set(HP_${NAME}_EXTRA_LIBRARIES "" CACHE STRING "what it needs besides")
  add_library(hp_${name} INTERFACE)
  if(HP_TARGET_SOURCES AND NOT HP_${NAME}_LIBRARY)
    hp_target_source(${NAME} ${ARG_PACKAGE})
  endif()
  set(libraries ${HP_${NAME}_LIBRARY} ${HP_${NAME}_EXTRA_LIBRARIES})
  set(headers ${HP_${NAME}_INCLUDE_DIR})
  set(${NAME}_FOUND TRUE PARENT_SCOPE)
  if(HP_${NAME}_LIBRARY)
    if(NOT EXISTS "${HP_${NAME}_LIBRARY}")
      message(FATAL_ERROR "HP_${NAME}_LIBRARY: no ${HP_${NAME}_LIBRARY}")
    endif()
    if(${NAME}_SOURCE)
      message(STATUS "${name}: ${${NAME}_SOURCE}: ${HP_${NAME}_LIBRARY}")
    else()
      message(STATUS "${name}: ${HP_${NAME}_LIBRARY}, as given")
    endif()
  else()
    find_path(${NAME}_SYSTEM_HEADER ${ARG_HEADER})
    # Where the path of the build has quotes, CMake does not know the machine's
    # own folder of libraries; pkg-config does.
    foreach(library IN LISTS ARG_LIBRARIES)
      find_library(${NAME}_SYSTEM_${library} ${library}
        HINTS ${${NAME}_LIBDIR})
      list(APPEND libraries ${${NAME}_SYSTEM_${library}})
    endforeach()
    if(NOT ${NAME}_SYSTEM_HEADER OR libraries MATCHES "NOTFOUND")
      message(STATUS "${name}: not installed")
      set(${NAME}_FOUND FALSE PARENT_SCOPE)
      return()
    endif()
    message(STATUS "${name}: the system's ${libraries}, not instrumented")
  endif()
  # Their headers are not held to our warnings.
  target_include_directories(hp_${name} SYSTEM INTERFACE ${headers})
  target_link_libraries(hp_${name} INTERFACE ${libraries})
endfunction()
